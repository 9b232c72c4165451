import type { LineContext } from "../line-context.ts";
import type { Mould } from "../process/mould.ts";
import { batchFields, type ProductionBatch } from "../process/production-batch.ts";
import type { BodyOf } from "../report/machine-event.ts";
import { packCode, sscc } from "./codes.ts";
import { LoadContents } from "./unit-loads.ts";

/** How many bars fit into a case, how many cases onto a pallet. */
export interface LoadSizes {
  readonly barsPerCase: number;
  readonly casesPerPallet: number;
}

/** Puts bars into cases and cases onto pallets; each knows the lots in it. */
export class Palletiser {
  readonly #line: LineContext;
  readonly #sizes: LoadSizes;
  readonly #say: (event: BodyOf<"batch">) => void;
  #case = new LoadContents();
  #pallet = new LoadContents();
  #cases: string[] = [];
  /** Cases are named for their second: when the last one was closed, and how many there were in that second. */
  #lastMs = 0;
  #inSecond = 0;

  constructor(line: LineContext, sizes: LoadSizes, say: (event: BodyOf<"batch">) => void) {
    this.#line = line;
    this.#sizes = sizes;
    this.#say = say;
  }

  add(batch: ProductionBatch, mould: Mould, weightG: number, ms: number): void {
    this.#case.addBar(mould, weightG, ms);
    if (this.#case.pieces >= this.#sizes.barsPerCase) this.#closeCase(batch, ms);
    if (this.#cases.length >= this.#sizes.casesPerPallet) this.#closePallet(batch, ms);
  }

  /** Closes what is begun: a pallet may hold two lots of one product, never two products. */
  close(batch: ProductionBatch, ms: number): void {
    this.#closeCase(batch, ms);
    this.#closePallet(batch, ms);
  }

  #closeCase(batch: ProductionBatch, ms: number): void {
    if (this.#case.empty) return;
    const sameSecond = Math.floor(ms / 1000) === Math.floor(this.#lastMs / 1000);
    this.#inSecond = sameSecond ? this.#inSecond + 1 : 0;
    this.#lastMs = ms;
    const id = this.#line.names.caseId(ms, this.#inSecond);
    this.#say({
      event: "AGGREGATED",
      ...batchFields(batch),
      unit_kind: "case",
      unit_id: id,
      item: batch.product.recipe.phases.packaging.gtin,
      contents: this.#case.contents(this.#code(ms)),
    });
    this.#pallet.addLoad(this.#case);
    this.#cases.push(id);
    this.#case = new LoadContents();
  }

  #closePallet(batch: ProductionBatch, ms: number): void {
    if (this.#cases.length === 0) return;
    const code = sscc(companyPrefix(this.#line), this.#line.line.index, ms);
    this.#say({
      event: "AGGREGATED",
      ...batchFields(batch),
      unit_kind: "pallet",
      unit_id: code,
      sscc: code,
      item: batch.product.recipe.phases.packaging.gtin,
      children: this.#cases,
      contents: this.#pallet.contents(this.#code(ms)),
    });
    this.#pallet = new LoadContents();
    this.#cases = [];
  }

  #code(ms: number): string {
    return packCode(this.#line.line.definition.id, ms);
  }
}

/** A plant without one of its own gets what GS1 sets aside for use within a company. */
function companyPrefix({ plant }: LineContext): string {
  return plant.document.gs1?.company_prefix ?? "0400000";
}
