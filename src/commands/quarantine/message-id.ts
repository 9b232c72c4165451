import { ConcheError } from "../../errors/conche-error.ts";
import { wholeNumber } from "../option-values.ts";

/** The argument of commands about one quarantined message. */
export const MESSAGE_ID = { name: "id", help: "its number, as `conche quarantine list` shows it" } as const;

/**
 * The number of a quarantined message.
 * @throws ConcheError CONCHE_USAGE
 */
export function messageId(text: string): number {
  try {
    return wholeNumber(1, Number.MAX_SAFE_INTEGER)(text);
  } catch (cause) {
    throw new ConcheError("CONCHE_USAGE", {
      message: `'${text}' is not the number of a quarantined message`,
      hint: "`conche quarantine list` shows them",
      cause,
    });
  }
}
