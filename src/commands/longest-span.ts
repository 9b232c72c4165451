import { type Period, spanTooLong } from "../api/period.ts";
import { ConcheError } from "../errors/conche-error.ts";

/**
 * A command looks at no longer a span than the API does for the same question, and says it in the same words.
 * @throws ConcheError CONCHE_USAGE for a span without time in it, or a longer one
 */
export function requireSpan(span: Period, longestMs: number): void {
  const { fromMs, toMs } = span;
  if (fromMs >= toMs) {
    throw new ConcheError("CONCHE_USAGE", {
      message: `--since (${new Date(fromMs).toISOString()}) must be before --until (${new Date(toMs).toISOString()})`,
    });
  }
  const message = spanTooLong(span, longestMs);
  if (message !== undefined)
    throw new ConcheError("CONCHE_USAGE", { message, hint: "ask for a shorter span" });
}
