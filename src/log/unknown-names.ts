import { suggestion } from "../errors/nearest-name.ts";
import type { LogFilter, LogReading, NamedInLog } from "./log-reading.ts";

/** So many names are listed where none is near. */
const LISTED = 8;

/**
 * What a filter names that the log has never heard of, a line each with what may have been meant: where nothing is
 * found, it is what one wants to know.
 */
export function unknownNames(log: LogReading, filter: LogFilter): string[] {
  const { site, line, step, machine, batchId } = filter;
  const named: readonly (readonly [NamedInLog, string | undefined])[] = [
    ["site", site],
    ["line", line],
    ["step", step],
    ["machine", machine],
    ["batch", batchId],
  ];
  return named.flatMap(([of, name]) => {
    if (name === undefined) return [];
    const known = log.names(of);
    return known.includes(name) ? [] : [unknownName(of, name, known)];
  });
}

/** `there is no machine 'temper-1' in the log, did you mean temper-01?`; where none is near, some that there are. */
function unknownName(of: NamedInLog, name: string, known: readonly string[]): string {
  const meant = suggestion(name, known);
  const listed = known.slice(0, LISTED).join(", ");
  const more = known.length > LISTED ? ", …" : "";
  const others = known.length === 0 ? "; there is none yet" : `; there is ${listed}${more}`;
  return `there is no ${of} '${name}' in the log${meant === "" ? others : meant}`;
}
