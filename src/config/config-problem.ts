import { ConcheError } from "../errors/conche-error.ts";
import { shownAddress } from "../mqtt/broker-address.ts";
import type { SettingDetails } from "./setting.ts";

/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** The setting as its source calls it: `--mqtt-port`, `CONCHE_MQTT_PORT`, `mqtt-port (/etc/conche.yaml:3)`. */
  readonly where: string;
  /** The value as given, ready to be shown; null when there is none to show. */
  readonly value: string | null;
  /** What is wrong with it, in words that follow the value. */
  readonly what: string;
}

const LONGEST_SHOWN = 80;

/**
 * A value as a report shows it: JSON, cut; a secret blacked out, and of an address only what is certain to be none. An
 * address at a wrong place is taken for one by its scheme.
 */
export function shownValue(value: unknown, setting?: Pick<SettingDetails, "kind" | "secret">): string {
  if (setting?.secret === true) return "(secret)";
  if (setting?.kind === "address" && typeof value === "string") return JSON.stringify(shownAddress(value));
  const json = JSON.stringify(value) ?? String(value);
  const redacted = withoutUser(json);
  return redacted.length > LONGEST_SHOWN ? `${redacted.slice(0, LONGEST_SHOWN)} …` : redacted;
}

/** From the first scheme to the last @ nothing is shown. Not by a pattern: those go quadratic on long text. */
function withoutUser(text: string): string {
  const scheme = text.indexOf("://");
  const at = text.lastIndexOf("@");
  return scheme < 0 || at < scheme ? text : `${text.slice(0, scheme)}://(secret)${text.slice(at)}`;
}

/** A problem as a line. */
export function problemLine(problem: ConfigProblem): string {
  return `${problem.where}${problem.value === null ? "" : ` = ${problem.value}`}: ${problem.what}`;
}

/** All problems as one error. */
export function configError(problems: readonly ConfigProblem[]): ConcheError {
  const lines = problems.map(problemLine);
  const [only] = lines;
  if (only !== undefined && lines.length === 1)
    return new ConcheError("CONCHE_CONFIG_INVALID", { message: only });
  return new ConcheError("CONCHE_CONFIG_INVALID", {
    message: `${lines.length} values can't be used:`,
    lines: lines.map((line) => `  - ${line}`),
  });
}
