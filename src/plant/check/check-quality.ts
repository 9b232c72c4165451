import { parseTimestamp } from "../../contract/timestamp.ts";
import type { FilePath, Findings } from "../finding.ts";
import type { CharacteristicDefinition, SpecificationBounds } from "../schema/quality.ts";

/** Limits in order, machines and products that exist. */
export function checkQuality(
  definition: CharacteristicDefinition,
  path: FilePath,
  machines: ReadonlySet<string>,
  products: ReadonlySet<string>,
  findings: Findings,
): void {
  // Without any machine that can be told, the lines are what is wrong.
  if (definition.machine !== undefined && machines.size > 0 && !machines.has(definition.machine)) {
    findings.add([...path, "machine"], "is the id of no machine");
  }
  checkOrder(definition, path, findings);
  const { limits_from: from } = definition;
  if (from !== undefined && parseTimestamp(from) === null)
    findings.add([...path, "limits_from"], `there is no ${from}`);
  for (const [product, bounds] of Object.entries(definition.by_product ?? {})) {
    const place = [...path, "by_product", product];
    if (products.has(product)) checkOrder({ ...definition, ...bounds }, place, findings);
    else findings.add(place, `is no product; products are ${[...products].join(", ")}`);
  }
}

function checkOrder({ lower, upper }: SpecificationBounds, path: FilePath, findings: Findings): void {
  if (lower !== undefined && upper !== undefined && lower >= upper) {
    findings.add([...path, "upper"], `must be greater than lower (${lower})`);
  }
}
