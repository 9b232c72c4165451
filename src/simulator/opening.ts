import type { Allergen } from "../contract/schemas/lot.ts";
import type {
  CoolingParameters,
  DepositingParameters,
  PackagingParameters,
} from "../plant/schema/simulation/bar-simulation.ts";
import { allergensOf, known, type LineContext } from "./line-context.ts";
import { dosesOf } from "./process/doses.ts";
import { compositionOf, type Mix } from "./process/mix.ts";
import type { Mould } from "./process/mould.ts";
import { NozzleRow } from "./process/nozzle-row.ts";
import { batchFields, type ProductionBatch } from "./process/production-batch.ts";
import type { RandomStream } from "./random-stream.ts";
import type { BodyOf } from "./report/machine-event.ts";
import { grams } from "./rounding.ts";

type LotCreatedBody = Extract<BodyOf<"batch">, { event: "LOT_CREATED" }>;

/** The three batches on the line when the simulation begins. */
export interface OpeningBatches {
  readonly packing: ProductionBatch;
  readonly moulding: ProductionBatch;
  readonly dosing: ProductionBatch;
}

/** Parameters of the machines around the tunnel. */
export interface TunnelParameters {
  readonly depositing: DepositingParameters;
  readonly cooling: CoolingParameters;
  readonly packaging: PackagingParameters;
}

const COMMENT = "stock at the begin of the simulation";
/** Gap in the tunnel between two products beyond what the wrapper needs to change, moulds. */
const SPARE_GAP = 5;

/** A mix that was weighed before the simulation began: exactly by the recipe. */
export function openingMix(line: LineContext, batch: ProductionBatch, number: number, mixKg: number): Mix {
  const parts = dosesOf(batch.product, mixKg).map(({ ingredient, kg }) => ({
    ingredient: known(line.ingredients, ingredient),
    kg,
  }));
  const kg = grams(parts.reduce((sum, part) => sum + part.kg, 0));
  return { batch, number, lotId: line.names.mix(batch, number), kg, ...compositionOf(parts) };
}

/**
 * Moulds that are in the tunnel when the simulation begins, from the exit to the entry: the last of the product before,
 * the gap of the changeover, the first of the present one.
 */
export function openingMoulds(
  line: LineContext,
  batches: OpeningBatches,
  parameters: TunnelParameters,
  random: RandomStream,
): Mould[] {
  const { depositing, cooling, packaging } = parameters;
  const nozzles = new NozzleRow(depositing, random);
  const chain = Math.floor(cooling.path_m / cooling.mould_pitch_m);
  const sameProduct = batches.packing.productType === batches.moulding.productType;
  const old = Math.round((chain * line.production.start.tunnel_old_share_pct) / 100);
  const gap = sameProduct ? 0 : changeoverMoulds(packaging, depositing.moulds_per_min);
  const startUp = sameProduct ? 0 : Math.round((chain * depositing.scrap_on_start_pct) / 100);
  const moulds: Mould[] = [];
  for (let place = 0; place < chain; place++) {
    if (place >= old && place < old + gap) continue;
    const batch = place < old ? batches.packing : batches.moulding;
    moulds.push({
      batch,
      lotId: line.names.bars(batch),
      weightsG: nozzles.deposit(batch.product.recipe.phases.depositing.target_g, 0),
      startUp: place >= old + gap && place < old + gap + startUp,
      positionM: cooling.path_m - place * cooling.mould_pitch_m,
      tempC: batch.product.recipe.phases.tempering.out_c,
    });
  }
  return moulds;
}

function changeoverMoulds(packaging: PackagingParameters, mouldsPerMin: number): number {
  return Math.ceil((packaging.changeover_s * mouldsPerMin) / 60) + SPARE_GAP;
}

/** What is on the line when the simulation begins, so that no lot comes from nowhere. */
export function openingStock(
  line: LineContext,
  mixes: readonly Mix[],
  moulds: readonly Mould[],
): LotCreatedBody[] {
  const events: LotCreatedBody[] = mixes.map(({ batch, lotId, kg }) => ({
    ...lot(batch, lotId, "paste", "intermediate", kg, allergensOf(line, batch.product)),
  }));
  for (const tank of line.tanks.values()) {
    if (tank.batch === undefined || tank.lotId === undefined) continue;
    const { batch, lotId, kg } = tank;
    const created = lot(batch, lotId, "mass", "intermediate", grams(kg), allergensOf(line, batch.product));
    events.push({ ...created, location: tank.name });
  }
  for (const batch of new Set(moulds.map((mould) => mould.batch))) {
    const bars = moulds.filter((mould) => mould.batch === batch).flatMap((mould) => mould.weightsG);
    const kg = grams(bars.reduce((sum, weight) => sum + weight, 0) / 1000);
    const created = lot(
      batch,
      line.names.bars(batch),
      "bar",
      "finished",
      kg,
      allergensOf(line, batch.product),
    );
    events.push({ ...created, pieces: bars.length });
  }
  return events;
}

function lot(
  batch: ProductionBatch,
  lot_id: string,
  form: "paste" | "mass" | "bar",
  kind: LotCreatedBody["kind"],
  quantity_kg: number,
  allergens: Allergen[],
): LotCreatedBody {
  const material = `${batch.productType}_${form}`;
  return {
    event: "LOT_CREATED",
    ...batchFields(batch),
    lot_id,
    material,
    kind,
    quantity_kg,
    allergens,
    comment: COMMENT,
  };
}
