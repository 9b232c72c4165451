import { kilograms } from "../../trace/genealogy/mass.ts";
import type { Recall, RecalledUnit, RecallPlace } from "../../trace/questions/recall.ts";
import { isLevel } from "../../views/level.ts";
import { grouped } from "./counts.ts";
import { sanitizeLine } from "./sanitize.ts";
import { renderTable, type TableCell, type TableSurface } from "./table.ts";
import { shareText } from "./trace-format.ts";

const kg = (mg: number) => kilograms(mg).toFixed(1);
const time = (ms: number | null) => (ms === null ? "" : `${new Date(ms).toISOString().slice(0, 16)}Z`);

/** A recall for people: the verdict first, then who has what, what to hold, and how far it can be trusted. */
export function recallText(
  found: Recall,
  { tookMs, behind }: { readonly tookMs: number; readonly behind: number },
  surface: TableSurface,
): string {
  const parts = [recallVerdict(found)];
  if (!isLevel(behind)) parts.unshift(notAll(behind));
  if (found.suspected.length > 0) {
    const lots = found.suspected.map(
      ({ lot, material }) => `  ${lot}${material === null ? "" : ` (${material})`}`,
    );
    parts.push(`suspected\n${lots.slice(0, 20).map(sanitizeLine).join("\n")}`);
  }
  const places: RecallPlace[] = [...found.customers, ...(found.stock.units > 0 ? [found.stock] : [])];
  if (places.length > 0) {
    parts.push(
      renderTable(
        [
          { title: "where", flexible: true },
          { title: "left" },
          { title: "units", align: "right" },
          { title: "kg", align: "right" },
          { title: "decision" },
        ],
        places.map((place): TableCell[] => [
          place.customer === null ? "in stock" : `${place.customer.name}, ${place.customer.address}`,
          time(place.firstMs),
          place.units,
          kg(place.mg),
          place.customer === null ? "hold" : { text: "call back", style: "red" },
        ]),
        surface,
      ),
    );
  }
  if (found.units.length > 0) parts.push(unitsTable(found.units, surface));
  const stores = found.lots.filter(({ restMg }) => restMg > 0);
  if (stores.length > 0) {
    parts.push(
      renderTable(
        [
          { title: "still there", flexible: true },
          { title: "what" },
          { title: "kg", align: "right" },
          { title: "share", align: "right" },
        ],
        stores.map(({ lot, share, restMg }) => [
          lot.lot,
          lot.material ?? lot.kind ?? "",
          kg(restMg),
          shareText(share),
        ]),
        surface,
      ),
    );
  }
  parts.push(sums(found, tookMs));
  return parts.join("\n\n");
}

function notAll(behind: number): string {
  return `NOT ALL OF IT: ${grouped(behind)} messages of the log are not in this answer. More may have to be called back and held.`;
}

/** One sentence: what comes back, what is held, out of how much. */
function recallVerdict({ units, customers, withoutGenealogy }: Recall): string {
  const back = units.filter(({ decision }) => decision === "call_back");
  const hold = units.filter(({ decision }) => decision === "hold");
  const pallets = units.filter(({ kind }) => kind === "pallet").length;
  if (units.length === 0) return "No case or pallet has a part of it.";
  const who = customers.map(({ customer }) => customer?.name ?? "?").join(", ");
  const called =
    back.length === 0 ? "Nothing has left: call nothing back" : `Call back ${counted(back)} from ${who}`;
  return sanitizeLine(
    `${called}, hold ${counted(hold)} in stock. ${Math.max(0, withoutGenealogy.pallets - pallets)} of ${withoutGenealogy.pallets} pallets packed since then are clear.`,
  );
}

/** `49 pallets and 123 cases` */
function counted(units: readonly RecalledUnit[]): string {
  const parts = (["pallet", "case"] as const).flatMap((kind) => {
    const count = units.filter((unit) => unit.kind === kind).length;
    return count === 0 ? [] : [`${count} ${kind}${count === 1 ? "" : "s"}`];
  });
  return parts.length === 0 ? "nothing" : parts.join(" and ");
}

function unitsTable(units: readonly RecalledUnit[], surface: TableSurface): string {
  return renderTable(
    [
      { title: "pallet or case" },
      { title: "packed", minor: true },
      { title: "product", minor: true },
      { title: "kg", align: "right" },
      { title: "share", align: "right" },
      { title: "decision" },
      { title: "where", flexible: true },
    ],
    units.map(({ unit, packedMs, product, mg, share, where, decision, holds }): TableCell[] => [
      unit,
      time(packedMs),
      product ?? "",
      kg(mg),
      shareText(share),
      decision === "call_back" ? { text: "call back", style: "red" } : decision,
      where.customer === null
        ? `${where.place}${holds.length > 0 ? ", on hold" : ""}`
        : `${where.customer.name}, ${where.shipment ?? ""}`,
    ]),
    surface,
  );
}

function sums(
  { balance, withoutGenealogy, withGenealogy, lots, refused, unknown }: Recall,
  tookMs: number,
): string {
  const share =
    withoutGenealogy.mg === 0 ? "" : ` (${((100 * withGenealogy.mg) / withoutGenealogy.mg).toFixed(0)} %)`;
  return [
    `Held by lot: ${withGenealogy.pallets} pallets, ${kg(withGenealogy.mg)} kg${share}; by day alone: ${withoutGenealogy.pallets} pallets, ${kg(withoutGenealogy.mg)} kg.`,
    `Where the ${kg(balance.inMg)} kg went: packed ${kg(balance.packedMg)}, still in store ${kg(balance.inStoreMg)}, water, dust, waste and rounding ${kg(balance.lostMg)}${balance.missingMg < 0 ? `, too much ${kg(-balance.missingMg)}` : ""} kg.`,
    `${lots.length} lots have a part of it.${refused.length > 0 ? ` ${refused.length} edges close a circle: they count for presence.` : ""}${unknown.length > 0 ? ` Never heard of: ${unknown.join(", ")}.` : ""}`,
    `Drill: answered in ${(tookMs / 1000).toFixed(2)} s of 4 h.`,
  ].join("\n");
}
