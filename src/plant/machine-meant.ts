import { suggestion } from "../errors/nearest-name.ts";

/**
 * `, did you mean temper-01?`: the machine that was probably meant by a name, or by an address
 * `<site>/<line>/<step>/<machine>`; nothing where none is near.
 * @param keys the addresses of those that there are
 */
export function machineMeant(given: string, keys: Iterable<string>): string {
  const known = [...new Set(keys)];
  return suggestion(given, given.includes("/") ? known : known.map((key) => key.split("/").at(-1) ?? key));
}
