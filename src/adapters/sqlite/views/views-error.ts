import { ConcheError } from "../../../errors/conche-error.ts";
import { toConcheError } from "../database/sqlite-error.ts";

/**
 * The product's error for whatever a call of the views' database threw. Codes that speak of the log become those of
 * the views: what is damaged here is made anew.
 * @param doing what was tried, as it continues "while …"
 */
export function toViewsError(thrown: unknown, doing: string, path: string): ConcheError {
  // The registry holds JSON of ours: where it is none, its page is not the one that was written.
  if (thrown instanceof SyntaxError) {
    return new ConcheError("CONCHE_VIEWS_DAMAGED", {
      message: `${thrown.message} while ${doing}: ${path}`,
      cause: thrown,
    });
  }
  const known = toConcheError(thrown, doing, path);
  const { message, cause } = known;
  switch (known.code) {
    case "CONCHE_LOG_CORRUPT":
    case "CONCHE_LOG_IO":
      return new ConcheError("CONCHE_VIEWS_DAMAGED", { message, cause });
    case "CONCHE_LOG_BUSY":
      return new ConcheError("CONCHE_VIEWS_BUSY", { message, cause, retryable: true });
    case "CONCHE_LOG_TOO_OLD":
      return new ConcheError("CONCHE_VIEW_NOT_READY", { message, cause, retryable: true });
    case "CONCHE_DISK_FULL":
      return new ConcheError("CONCHE_VIEWS_DISK_FULL", { message, cause, retryable: true });
    default:
      return known;
  }
}
