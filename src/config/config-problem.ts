import { ConcheError } from "../errors/conche-error.ts";

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

/** A value as a report shows it: JSON, cut, a secret blacked out, the password of an address too. */
export function shownValue(value: unknown, secret: boolean): string {
  if (secret) return "(secret)";
  const json = JSON.stringify(value) ?? String(value);
  const redacted = json.replace(/(\w+:\/\/[^/\s:@]*):[^/\s]*@/g, "$1:(secret)@");
  return redacted.length > LONGEST_SHOWN ? `${redacted.slice(0, LONGEST_SHOWN)} …` : redacted;
}

/** A problem as a line. */
export function problemLine(problem: ConfigProblem): string {
  return `${problem.where}${problem.value === null ? "" : ` = ${problem.value}`}: ${problem.what}`;
}

/** All problems as one error. */
export function configError(problems: readonly ConfigProblem[]): ConcheError {
  const lines = problems.map(problemLine);
  const message =
    lines.length === 1
      ? String(lines[0])
      : `${lines.length} values can't be used:\n${lines.map((line) => `  - ${line}`).join("\n")}`;
  return new ConcheError("CONCHE_CONFIG_INVALID", { message });
}
