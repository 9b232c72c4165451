import { isLevel } from "../../views/level.ts";
import { kilograms } from "../genealogy/mass.ts";
import type { Recall, RecalledUnit, RecallPlace } from "../questions/recall.ts";
import { type Block, tableBlocks } from "./record-blocks.ts";

/** What is known of the drill itself, beside what it found. */
export interface DrillFacts {
  readonly asked: string;
  /** When the drill began and ended, as its leader said; undefined where nobody kept the time. */
  readonly begunMs: number | undefined;
  readonly endedMs: number | undefined;
  /** How long the answer took to compute, ms. */
  readonly tookMs: number;
  /** The newest message of the log that it knows, and how many it doesn't know yet. */
  readonly position: number;
  readonly behind: number;
  /** What the genealogy could not bring together. */
  readonly findings: number;
}

const kg = (mg: number) => kilograms(mg).toFixed(1);
const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
const time = (ms: number | null | undefined) =>
  ms === null || ms === undefined ? "-" : `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
const LIMIT_H = 4;

/** The report of a recall or its drill, in the order in which it is read: verdict, whom to call, evidence. */
export function drillBlocks(found: Recall, drill: DrillFacts): Block[] {
  const { suspected, customers, stock, units, lots, clear, balance, withGenealogy, withoutGenealogy } = found;
  const back = units.filter(({ decision }) => decision === "call_back");
  const hold = units.filter(({ decision }) => decision === "hold");
  const clearPallets = clear.reduce((sum, { pallets }) => sum + pallets, 0);
  const spent =
    drill.begunMs === undefined
      ? "not timed"
      : `${time(drill.begunMs)} to ${drill.endedMs === undefined ? "-" : time(drill.endedMs)}${drill.endedMs === undefined ? "" : `, ${((drill.endedMs - drill.begunMs) / 60_000).toFixed(1)} min of ${LIMIT_H} h`}`;
  const left = lots.filter(({ restMg }) => restMg >= 50_000);
  return [
    ...(isLevel(drill.behind) ? [] : [notAll(drill.behind)]),
    {
      kind: "text",
      strong: true,
      text:
        units.length === 0
          ? "No case and no pallet has a part of it."
          : `${back.length === 0 ? "Nothing has left: call nothing back" : `Call back ${counted(back)}`}, hold ${counted(hold)}. ${clearPallets} of ${withoutGenealogy.pallets} pallets packed since then are provably clear.`,
    },
    {
      kind: "facts",
      facts: [
        ["Suspected", drill.asked],
        ["Drill", spent],
        ["Computed in", `${(drill.tookMs / 1000).toFixed(2)} s`],
        [
          "As of",
          `message ${drill.position} of the log${drill.behind === 0 ? ", its newest" : `; ${drill.behind} messages are not in it yet`}`,
        ],
        [
          "Findings",
          drill.findings === 0
            ? "every event of material could be brought together with the others"
            : `${drill.findings} events could not be brought together with the others`,
        ],
      ],
    },
    ...tableBlocks(
      "Suspected lots",
      ["lot:46", "material:24", "came into being:18", "kg:12r"],
      suspected.map(({ lot, material, first_ms, made_mg, declared_mg }) => [
        lot,
        material ?? "",
        time(first_ms),
        kg(Math.max(made_mg, declared_mg)),
      ]),
    ),
    ...tableBlocks(
      "Where it is",
      ["place:38", "shipments:28", "left:16", "goods:8r", "kg:10r", "decision:12"],
      [...customers, ...(stock.units > 0 ? [stock] : [])].map(placeRow),
    ),
    ...tableBlocks(
      "Still there: lots with something left by the books",
      ["lot:52", "material:20", "kg:14r", "share:14r"],
      left.map(({ lot, share, restMg }) => [
        lot.lot,
        lot.material ?? lot.kind ?? "",
        kg(restMg),
        percent(share),
      ]),
    ),
    { kind: "heading", text: "How much smaller by knowing" },
    {
      kind: "facts",
      facts: [
        ["By day alone", `${withoutGenealogy.pallets} pallets, ${kg(withoutGenealogy.mg)} kg`],
        ["By genealogy", `${withGenealogy.pallets} pallets, ${kg(withGenealogy.mg)} kg of goods`],
      ],
    },
    { kind: "heading", text: "Mass balance" },
    {
      kind: "facts",
      facts: [
        ["In", `${kg(balance.inMg)} kg`],
        ["Packed", `${kg(balance.packedMg)} kg`],
        ["In store", `${kg(balance.inStoreMg)} kg`],
        ["Water, dust, waste", `${kg(balance.lostMg)} kg`],
        ["Found beyond it", `${kg(-balance.missingMg)} kg`],
      ],
    },
    ...tableBlocks(
      "Dispersion",
      ["it is in:50", "count:20r", "largest share:30r"],
      found.dispersion.map(({ kind, count, largestShare }) => [
        kind.replaceAll("_", " "),
        String(count),
        percent(largestShare),
      ]),
    ),
    ...tableBlocks(
      "Provably clear: packed in that time, and no path leads there",
      ["lots:50", "product:12", "pallets:10r", "kg:12r", "packed:30"],
      clear.map(({ lots: own, product, pallets, mg, firstMs, lastMs }) => [
        own.join(", "),
        product ?? "",
        String(pallets),
        kg(mg),
        `${time(firstMs).replace(" UTC", "")} to ${time(lastMs)}`,
      ]),
    ),
    ...tableBlocks(
      "Goods",
      ["pallet or case:31", "packed:18", "kg:9r", "share:9r", "decision:11", "where:32"],
      units.map(({ unit, packedMs, mg, share, decision, where, holds }) => [
        unit,
        time(packedMs).replace(" UTC", ""),
        kg(mg),
        percent(share),
        decision.replaceAll("_", " "),
        where.customer === null
          ? `${where.place}${holds.length > 0 ? ", on hold" : ""}`
          : `${where.customer.name}, ${where.shipment ?? ""}`,
      ]),
    ),
    { kind: "signature", roles: ["Leader of the drill", "Quality"] },
  ];
}

/** Nobody signs for all of it then. */
function notAll(behind: number): Block {
  const text = `NOT ALL OF IT: ${behind} messages of the log are not in this report. More may have to be called back and held: draw it up again when the views have caught up.`;
  return { kind: "text", strong: true, text };
}

function placeRow({ customer, shipments, firstMs, units, mg }: RecallPlace): string[] {
  return [
    customer === null ? "in stock" : `${customer.name}, ${customer.address}`,
    shipments.join(", "),
    time(firstMs).replace(" UTC", ""),
    String(units),
    kg(mg),
    customer === null ? "hold" : "call back",
  ];
}

function counted(units: readonly RecalledUnit[]): string {
  const parts = (["pallet", "case"] as const).flatMap((kind) => {
    const count = units.filter((unit) => unit.kind === kind).length;
    return count === 0 ? [] : [`${count} ${kind}${count === 1 ? "" : "s"}`];
  });
  return parts.length === 0 ? "nothing" : parts.join(" and ");
}
