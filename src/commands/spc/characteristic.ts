import { ConcheError } from "../../errors/conche-error.ts";
import { suggestion } from "../../errors/nearest-name.ts";
import {
  type CharacteristicNow,
  characteristics,
  newestSample,
  type SampleQuestion,
  whyNoSamples,
} from "../../monitor/quality/samples.ts";
import { machineMeant } from "../../plant/machine-meant.ts";
import type { Plant } from "../../plant/plant.ts";
import type { ViewReading } from "../../views/view-table.ts";
import type { ArgumentDefinition } from "../command.ts";
import { FILTER_OPTIONS } from "../log/filter-options.ts";

/** The arguments that name a characteristic. */
export const CHARACTERISTIC: readonly ArgumentDefinition[] = [
  { name: "machine", help: "who examines it, as packer-03, or <site>/<line>/<step>/<machine>" },
  { name: "characteristic", help: "as weight_g; `conche spc list` shows them" },
];

const { since, until, batch } = FILTER_OPTIONS;
/** The options by which samples are chosen. */
export const SAMPLE_OPTIONS = {
  ...{ since, until, batch },
  product: {
    argument: "PRODUCT",
    help: "only this product, as dark; that of the newest sample unless given",
  },
} as const;

/**
 * The characteristic that a person means.
 * @throws ConcheError CONCHE_USAGE where there is none, or more than one
 */
export function knownCharacteristic(reading: ViewReading, machine: string, name: string): CharacteristicNow {
  const known = characteristics(reading);
  const fits = known.filter((row) => row.machine === machine || row.machine.endsWith(`/${machine}`));
  const found = fits.filter(({ characteristic }) => characteristic === name);
  const [first] = found;
  if (first === undefined) {
    const others = fits.map(({ characteristic }) => characteristic);
    throw new ConcheError("CONCHE_USAGE", {
      message: `${machine} has no samples of ${name}${
        others.length === 0
          ? machineMeant(
              machine,
              known.map((row) => row.machine),
            )
          : suggestion(name, others)
      }`,
      hint:
        others.length === 0
          ? "`conche spc list` shows what is examined where"
          : `it examines ${others.join(", ")}`,
    });
  }
  if (found.length === 1) return first;
  throw new ConcheError("CONCHE_USAGE", {
    message: `${machine} is the name of ${found.length} machines`,
    hint: `give the whole address: ${found.map((row) => row.machine).join(" or ")}`,
  });
}

/** A question that found no sample at all, mostly for its product. */
export function nothingExamined(reading: ViewReading, plant: Plant, question: SampleQuestion): ConcheError {
  return new ConcheError("CONCHE_USAGE", {
    message: whyNoSamples(reading, plant, question),
    hint: `the plant's products are ${plant.document.products.map(({ id }) => id).join(", ")}`,
  });
}

/**
 * An empty list must not be a name that was mistyped.
 * @throws ConcheError CONCHE_USAGE for a product that neither the plant nor a sample knows, or a characteristic that
 * was never examined
 */
export function requireExamined(
  reading: ViewReading,
  plant: Plant,
  {
    product,
    characteristic,
  }: { readonly product?: string | undefined; readonly characteristic?: string | undefined },
): void {
  const known = characteristics(reading);
  const names = [...new Set(known.map((each) => each.characteristic))];
  if (characteristic !== undefined && !names.includes(characteristic)) {
    throw new ConcheError("CONCHE_USAGE", {
      message: `there are no samples of ${characteristic}${suggestion(characteristic, names)}`,
      hint: "`conche spc list` shows what is examined where",
    });
  }
  const products = plant.document.products.map(({ id }) => id);
  if (product === undefined || products.includes(product)) return;
  if (
    known.some(({ machine, characteristic: of }) =>
      newestSample(reading, { machine, characteristic: of, product }),
    )
  )
    return;
  throw new ConcheError("CONCHE_USAGE", {
    message: `there is no product ${product}${suggestion(product, products)}`,
    hint: `the plant's products are ${products.join(", ")}`,
  });
}
