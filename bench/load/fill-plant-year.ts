// Fills the genealogy view of a folder with what a generated plant made: rows as the fold keeps them, without the fold.
//
//   node bench/load/fill-plant-year.ts EDGES FOLDER
import { OpenViews } from "../../src/adapters/sqlite/views/open-views.ts";
import { LOG_START } from "../../src/log/log-position.ts";
import { EDGES, EVENTS, LOTS, type LotRow } from "../../src/trace/genealogy/genealogy-tables.ts";
import { genealogyView } from "../../src/trace/genealogy/genealogy-view.ts";
import { MOVES, PALLETS, UNITS } from "../../src/trace/genealogy/unit-tables.ts";
import { plantYear, type TimedEdge } from "./plant-year.ts";

const PALLETS_PER_TRUCK = 33;
const ROWS_PER_COMMIT = 262_144;

const [edges = 0, folder = ""] = [Number(process.argv[2]), process.argv[3]];
const opened = await OpenViews.open(folder, { cacheBytes: 64_000_000 });
const { edition } = opened.store.create(genealogyView, "answering");
const store = opened.store.open(edition, genealogyView);
const commit = (id: number) =>
  opened.store.commit([{ edition, position: { ...LOG_START, logId: "a-log", id }, newestReceivedMs: id }]);
let committed = 0;
keepPlantYear(plantYear(edges), (id) => {
  if (id - committed < ROWS_PER_COMMIT) return;
  commit(id);
  committed = id;
});
commit(edges * 2);
opened.close();

/** Lots, pallets, where they went, and the connections themselves. */
function keepPlantYear(told: Iterable<TimedEdge>, onRows: (rows: number) => void): void {
  const lots = new Set<string>();
  let truck: string[] = [];
  let id = 0;
  for (const { source, target, kind, mg, atMs } of told) {
    id += 1;
    store.rows(EDGES).put({ id, n: 0, source, target, kind, mg });
    for (const lot of kind === "unit" ? [source] : [source, target]) {
      if (lots.has(lot)) continue;
      lots.add(lot);
      store.rows(LOTS).put(lotRow(lot, id, atMs));
    }
    if (kind === "unit") {
      const row = { at_ms: atMs, unit: target, id, mg, product: "milk", lots: source };
      store.rows(PALLETS).put(row);
      const about = { kind: "pallet", item: "bars", batch: source.split(".")[0] ?? null, machine: "packer" };
      store.rows(UNITS).put({ ...row, ...about, pieces: 4_800 });
      truck.push(target);
    }
    if (truck.length === PALLETS_PER_TRUCK) {
      id += 1;
      ship(truck, id, atMs);
      truck = [];
    }
    if (id % 1_024 === 0) onRows(id);
  }
}

function ship(units: readonly string[], id: number, atMs: number): void {
  const shipment = `S${id}`;
  const party = `customer-${id % 40}`;
  const body = JSON.stringify({
    ...{ event: "SHIPPED", shipment_id: shipment, units },
    customer: { party_id: party, name: `Customer ${party}`, address: "Rue de la Kasbah 1, Tunis" },
  });
  const said = { machine: "dispatch", boot: "", seq: 0, batch: null, corrected_by: null };
  store.rows(EVENTS).put({ id, at_ms: atMs, received_ms: atMs, event: "SHIPPED", ...said, body });
  for (const unit of units)
    store.rows(MOVES).put({ subject: `unit:${unit}`, at_ms: atMs, id, event: "SHIPPED", about: shipment });
}

function lotRow(lot: string, id: number, atMs: number): LotRow {
  const isReceived = lot.startsWith("supplier");
  const kind = isReceived ? "ingredient" : lot.endsWith(".F") ? "finished" : "intermediate";
  return {
    ...{ lot, told_by: 1, told_ms: atMs, told_id: id, material: kind, kind, product: "milk", batch: null },
    ...{ declared_mg: isReceived ? 12e9 : 0, declared_pieces: 0, made_mg: 6e9, made_pieces: 0, used_mg: 6e9 },
    ...{
      used_pieces: 0,
      packed_mg: 0,
      packed_pieces: 0,
      received: isReceived ? 1 : 0,
      created: 0,
      sources: 1,
    },
    ...{ first_ms: atMs, first_used_ms: atMs, first_used_id: id },
  };
}
