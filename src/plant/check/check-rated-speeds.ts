import type { FilePath, Findings } from "../finding.ts";
import type { Line } from "../schema/line.ts";
import type { KnownNames } from "./known-names.ts";

/** What production figures are held against: the line's constraint and the machines' rated speeds. */
export function checkRatedSpeeds(line: Line, path: FilePath, names: KnownNames, findings: Findings): void {
  for (const [index, machine] of line.machines.entries()) {
    for (const product of Object.keys(machine.rated?.by_product ?? {})) {
      if (names.products.has(product)) continue;
      findings.add(
        [...path, "machines", index, "rated", "by_product", product],
        `is no product; products are ${[...names.products].join(", ")}`,
      );
    }
  }
  if (line.constraint === undefined) return;
  const rated = line.machines.filter((machine) => machine.rated !== undefined).map(({ id }) => id);
  if (rated.includes(line.constraint)) return;
  const known = rated.length === 0 ? "it has none" : `it has ${rated.join(", ")}`;
  findings.add([...path, "constraint"], `must be a machine of the line with a rated speed; ${known}`);
}
