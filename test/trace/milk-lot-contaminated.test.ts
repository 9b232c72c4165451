import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, suite, test } from "node:test";
import type { BatchV2 } from "../../src/contract/schemas/batch-v2.ts";
import { runConche } from "../commands/run-conche.ts";
import { folderWith, type ToldScenario, toldScenario } from "./folded-scenario.ts";

let told: ToldScenario;
let data = "";
// biome-ignore lint/suspicious/noExplicitAny: what a command prints.
let answer: any;

before(async () => {
  told = await toldScenario("milk-lot-contaminated");
  data = await folderWith(told.messages);
  answer = JSON.parse((await conche("recall", source(), "--json")).out);
});
after(() => rm(data, { recursive: true, force: true }));

const conche = (...words: string[]) => runConche([...words, "--data", data]);
const affected = () => told.truth.affected[0] ?? assert.fail("nothing is affected");
const source = () => affected().source;
const bodies = () => told.messages.map(({ payload }) => payload as BatchV2);
const SSCC = /^\d{18}$/;

suite("scenario milk-lot-contaminated, recalled by the command", () => {
  test("names exactly the pallets of the ground truth, rework and heels included", () => {
    const pallets = answer.units.filter((unit: { unit_kind: string }) => unit.unit_kind === "pallet");
    const truth = affected().units.filter((unit) => SSCC.test(unit));
    assert.ok(truth.length > 50, `${truth.length} pallets`);
    assert.deepEqual(pallets.map(({ unit }: { unit: string }) => unit).sort(), [...truth].sort());
  });

  test("names exactly the lots of the ground truth", () => {
    assert.deepEqual(answer.lots.map(({ lot }: { lot: string }) => lot).sort(), [...affected().lots].sort());
  });

  test("cases that stand alone, and only those, are named beside the pallets; all others are on them", () => {
    const onPallets = new Set<string>();
    for (const body of bodies()) {
      if (body.event !== "AGGREGATED" || body.unit_kind !== "pallet") continue;
      for (const child of body.children ?? []) onPallets.add(child);
    }
    const alone = affected().units.filter((unit) => !SSCC.test(unit) && !onPallets.has(unit));
    const named = answer.units.filter((unit: { unit_kind: string }) => unit.unit_kind === "case");
    assert.deepEqual(named.map(({ unit }: { unit: string }) => unit).sort(), alone.sort());
  });

  test("names exactly the customers and shipments of the ground truth, with what they got", () => {
    const shipped = bodies().flatMap((body) =>
      body.event === "SHIPPED" && affected().shipments.includes(body.shipment_id) ? [body] : [],
    );
    assert.ok(shipped.length > 0);
    const customers = new Set(shipped.map(({ customer }) => customer.party_id));
    assert.deepEqual(
      answer.customers.map((place: { customer: { party: string } }) => place.customer.party).sort(),
      [...customers].sort(),
    );
    assert.deepEqual(
      answer.customers.flatMap((place: { shipments: string[] }) => place.shipments).sort(),
      [...affected().shipments].sort(),
    );
    const back = answer.units.filter(({ decision }: { decision: string }) => decision === "call_back");
    const gone = shipped.flatMap(({ units = [] }) => units).filter((unit) => affected().units.includes(unit));
    assert.deepEqual(back.map(({ unit }: { unit: string }) => unit).sort(), gone.sort());
  });

  test("knows how much smaller it is than a hold by day, and accounts for the lot", () => {
    const { balance, with_genealogy, without_genealogy } = answer;
    assert.ok(with_genealogy.pallets < without_genealogy.pallets);
    assert.equal(balance.in_kg, 6000);
    assert.equal(balance.missing_kg, 0);
    const found = balance.packed_kg + balance.in_store_kg;
    assert.ok(found > 0.97 * balance.in_kg, `${found} of ${balance.in_kg} kg`);
  });

  test("by a pack's code and time, by machine and window, up and down", async () => {
    const packed = bodies().findLast(
      (body) => body.event === "AGGREGATED" && body.unit_kind === "case" && body.product_type === "milk",
    );
    assert.ok(packed?.event === "AGGREGATED");
    const [content] = packed.contents ?? [];
    const code = content?.pack_code ?? "";
    const up = JSON.parse(
      (await conche("trace", code, "--at", content?.packed_until ?? "", "--up", "--json")).out,
    );
    assert.ok(up.subject.units.includes(packed.unit_id));
    assert.ok(up.nodes.some(({ id }: { id: string }) => id === source()));
    const hour = await conche(
      ...["recall", "--machine", "tunis-01/line-a/s8_packaging/packer-03"],
      ...["--from", packed.ts, "--to", new Date(Date.parse(packed.ts) + 3_600_000).toISOString(), "--json"],
    );
    assert.ok(JSON.parse(hour.out).units.some(({ unit }: { unit: string }) => unit === packed.unit_id));
  });

  test("as a table, as CSV, as the regulator's spreadsheet, and as an image", async () => {
    const table = await conche("recall", source());
    assert.match(
      table.out,
      /Call back \d+ pallets from .+, hold \d+ pallets and \d+ cases in stock\. \d+ of \d+ pallets/,
    );
    const csv = (await conche("recall", source(), "--format", "csv")).out.trim().split("\n");
    assert.equal(csv.length, answer.units.length + 1);
    const fsma = (await conche("recall", source(), "--format", "fsma204")).out.trim().split("\n");
    assert.match(
      fsma[0] ?? "",
      /^critical_tracking_event,traceability_lot_code,product_description,quantity/,
    );
    for (const kind of ["receiving", "transformation", "packing", "shipping"])
      assert.ok(
        fsma.some((row) => row.startsWith(`${kind},`)),
        kind,
      );
    const svg = (await conche("trace", source(), "--down", "--format", "svg")).out;
    assert.match(svg, /^<svg .*<\/svg>\n$/s);
    assert.equal((await conche("trace", "nothing-such")).code, 1);
  });
});
