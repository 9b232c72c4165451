import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, suite, test } from "node:test";
import { withGenealogy } from "../../src/commands/with-genealogy.ts";
import type { BatchV2 } from "../../src/contract/schemas/batch-v2.ts";
import type { Asked } from "../../src/trace/questions/ask/question.ts";
import { QUESTIONS } from "../../src/trace/questions/ask/questions.ts";
import { cocoaReceived } from "../../src/trace/questions/due-diligence.ts";
import { search } from "../../src/trace/questions/search.ts";
import { runConche } from "../commands/run-conche.ts";
import { schemaErrors } from "./epcis/official-schema.ts";
import { folderWith, type ToldScenario, toldMilkLot } from "./folded-scenario.ts";

let told: ToldScenario;
let data = "";
// biome-ignore lint/suspicious/noExplicitAny: what a command prints.
let answer: any;

before(async () => {
  told = await toldMilkLot();
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
    assert.ok(truth.length > 15, `${truth.length} pallets`);
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

  test("names what is clear: every pallet of that time but those with a path, by the lots in it", () => {
    const since = Date.parse(answer.without_genealogy.since);
    const truth = new Set(affected().units);
    const clear = bodies().filter(
      (body) =>
        body.event === "AGGREGATED" &&
        body.unit_kind === "pallet" &&
        Date.parse(body.ts) >= since &&
        !truth.has(body.unit_id),
    );
    const pallets = answer.clear.reduce((sum: number, each: { pallets: number }) => sum + each.pallets, 0);
    assert.ok(clear.length > 0);
    assert.equal(pallets, clear.length);
    assert.equal(pallets, answer.without_genealogy.pallets - answer.with_genealogy.pallets);
  });

  test("what is typed is found by its beginning: a lot, a batch, a pallet with GS1's 00 before it, a pack code", async () => {
    const pallet = affected().units.find((unit) => SSCC.test(unit)) ?? "";
    const found = (typed: string) =>
      withGenealogy(data, { err: process.stderr }, (genealogy) =>
        search(genealogy, typed, 5).map(({ kind, id }) => `${kind} ${id}`),
      );
    assert.deepEqual(await found(source()), [`lot ${source()}`]);
    assert.ok((await found(`(00)${pallet}`)).includes(`pallet ${pallet}`));
    assert.ok((await found(pallet.slice(0, -1))).includes(`pallet ${pallet}`));
    assert.match((await found("B2026"))[0] ?? "", /^batch B2026/);
    assert.deepEqual(await found("no-such"), []);
    assert.deepEqual(await found(" "), []);
  });

  test("cocoa that came in is listed with its references; all of the scenario's have one", async () => {
    const lots = await withGenealogy(data, { err: process.stderr }, (genealogy) =>
      cocoaReceived(genealogy, {}),
    );
    const received = bodies().flatMap((body) =>
      body.event === "LOT_RECEIVED" && body.due_diligence !== undefined ? [body.lot_id] : [],
    );
    assert.deepEqual(lots.map(({ lot }) => lot).sort(), received.sort());
    assert.ok(lots.every(({ statements, mg }) => statements.length > 0 && mg > 0));
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

suite("the questions, over the same days", () => {
  const ALL = { of: undefined, atMs: undefined, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
  const ask = (number: number, asked: Partial<Asked> = {}) =>
    withGenealogy(data, { err: process.stderr }, (genealogy) => {
      const answer = QUESTIONS.find((question) => question.number === number)?.answer;
      assert.ok(answer, `question ${number} is answered here`);
      return answer(genealogy, { ...ALL, ...asked });
    });
  const said = <Event extends BatchV2["event"]>(event: Event) =>
    bodies().filter((body): body is Extract<BatchV2, { event: Event }> => body.event === event);

  test("2 and 25: the units of the ground truth", async () => {
    for (const number of [2, 25]) {
      const { rows } = await ask(number, { of: source() });
      const pallets = rows.filter(({ kind }) => kind === "pallet").map(({ unit }) => unit);
      assert.deepEqual(
        pallets.sort(),
        affected()
          .units.filter((unit) => SSCC.test(unit))
          .sort(),
      );
    }
  });

  test("1: a pack's ingredient lots and its sisters", async () => {
    const packed = said("AGGREGATED").findLast(
      ({ unit_kind, product_type }) => unit_kind === "case" && product_type === "milk",
    );
    const [content] = packed?.contents ?? [];
    assert.ok(content?.pack_code !== undefined && content.packed_until !== undefined);
    const { rows } = await ask(1, { of: content.pack_code, atMs: Date.parse(content.packed_until) });
    assert.ok(rows.some(({ what, id }) => what === "ingredient" && id === source()));
    const sisters = said("AGGREGATED").filter(
      ({ unit_kind, contents = [] }) =>
        unit_kind === "pallet" && contents.some(({ lot_id }) => lot_id === content.lot_id),
    );
    for (const { unit_id } of sisters)
      assert.ok(
        rows.some(({ id }) => id === unit_id),
        unit_id,
      );
  });

  test("3, 4 and 5: no milk goes into dark here; every changeover was cleaned and measured", async () => {
    const uncleaned = await ask(3);
    const cleaned = new Set(
      told.messages.flatMap(({ topic, payload }) =>
        "event" in payload && payload.event === "CLEANED" ? [topic.machineKey] : [],
      ),
    );
    for (const { machine, cleans_reported } of uncleaned.rows) {
      assert.equal(cleans_reported, false);
      assert.ok(!cleaned.has(String(machine) as never), `${machine} was cleaned`);
    }
    assert.match(uncleaned.verdict, /^[1-9]\d* changeovers? /);
    const cleans = said("CLEANED").filter(
      ({ from_product, to_product }) => from_product !== "dark" && to_product === "dark",
    );
    const { rows } = await ask(4);
    assert.equal(rows.length, cleans.length);
    assert.deepEqual(
      rows.map(({ measured_mg_per_kg }) => measured_mg_per_kg),
      cleans.map(({ assays }) => assays?.find(({ analyte }) => analyte === "milk")?.value_mg_per_kg ?? null),
    );
    assert.deepEqual((await ask(5)).rows, []);
  });

  test("7, 8 and 9: detectors, bins, rework", async () => {
    const failed = said("DETECTOR_TEST").filter(({ pass }) => !pass);
    assert.equal((await ask(7)).rows.length === 0, failed.length === 0);
    const bins = await ask(8);
    assert.equal(bins.rows.length, said("REJECTS_COUNTED").length);
    assert.ok(bins.rows.every(({ difference }) => difference === 0));
    const rework = await ask(9);
    assert.equal(rework.rows.length, said("REWORK_CREATED").length);
  });

  test("10 and 11: balances close; cases with packs of two lots", async () => {
    const { verdict, rows } = await ask(10);
    assert.equal(verdict, `${rows.length} of ${rows.length} transformations balance within 1 %.`);
    const two = said("AGGREGATED").filter(
      ({ contents = [] }) => new Set(contents.map(({ lot_id }) => lot_id)).size > 1,
    );
    const found = (await ask(11)).rows.filter(({ what }) => what !== "mixing zone").map(({ id }) => id);
    assert.deepEqual(found.sort(), two.map(({ unit_id }) => unit_id).sort());
  });

  test("12: nothing had left while the hold stood", async () => {
    assert.deepEqual((await ask(12)).rows, []);
  });

  test("13, 16, 23 and 26: what was changed, conched, calibrated, used", async () => {
    const changes = [...said("LIMIT_CHANGED"), ...said("RECIPE_CHANGED")].flatMap((body) => body.changes);
    assert.equal((await ask(13)).rows.length, changes.length);
    const phases = said("PHASE").filter(
      ({ name, actual }) => name.includes("conching") && actual !== undefined,
    );
    const batches = new Set((await ask(16)).rows.map(({ batch }) => batch));
    assert.deepEqual(batches, new Set(phases.map(({ batch_id }) => batch_id)));
    assert.equal(
      (await ask(23)).rows.length,
      new Set(said("CALIBRATED").map(({ instrument }) => instrument)).size,
    );
    const energy = (await ask(26)).rows.reduce((sum, { kwh }) => sum + Number(kwh), 0);
    const told = said("TRANSFORMED").reduce((sum, { energy_kwh = 0 }) => sum + energy_kwh, 0);
    assert.ok(Math.abs(energy - told) < 1e-6 && told > 0);
  });

  test("14: the cocoa in a pallet has its references; the opening stock's origin is named as unknown", async () => {
    const pallet = affected().units.find((unit) => SSCC.test(unit)) ?? "";
    const { rows, verdict } = await ask(14, { of: pallet });
    assert.ok(rows.length >= 2);
    const known = new Map(said("LOT_RECEIVED").map((body) => [body.lot_id, body.due_diligence ?? []]));
    for (const { lot, references } of rows)
      assert.equal(references, (known.get(String(lot)) ?? []).map(({ reference }) => reference).join(" "));
    assert.match(verdict, / 0 without one\./);
    const { out } = await conche("eudr", pallet, "--format", "geojson");
    assert.equal(JSON.parse(out).type, "FeatureCollection");
    assert.ok(JSON.parse(out).features.length > 0);
  });

  test("15: the film of a batch fits what is in it", async () => {
    const [reel] = said("MATERIAL_LOADED").filter(({ product_type }) => product_type === "milk");
    const { rows } = await ask(15, { of: reel?.batch_id });
    assert.ok(rows.length > 0 && rows.every(({ right }) => right === true));
  });

  test("every one of the 26 is there; each of those about lots is answered from lots alone", async () => {
    assert.deepEqual(
      QUESTIONS.map(({ number }) => number),
      Array.from({ length: 26 }, (_, index) => index + 1),
    );
    const process = QUESTIONS.filter(({ answer }) => answer === undefined).map(({ number }) => number);
    assert.deepEqual(process, [6, 17, 18, 19, 20, 21, 22, 24]);
    assert.match((await conche("ask", "12")).out, /Nothing was shipped while on hold/);
  });

  test("the lot's EPCIS document passes GS1's schema", async () => {
    const document = JSON.parse((await conche("epcis", source())).out);
    assert.ok(document.epcisBody.eventList.length > 1_000);
    assert.deepEqual(schemaErrors(document), []);
  });
});
