import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Compile } from "typebox/compile";
import type { ApiContext } from "../../src/api/context.ts";
import type { Desk } from "../../src/api/desk.ts";
import { ApiDoor } from "../../src/api/door.ts";
import { ROUTES } from "../../src/api/routes.ts";
import { ActionsUnderway } from "../../src/api/underway.ts";
import { readPayload } from "../../src/contract/read-payload.ts";
import { bodyText } from "../../src/edge/message-body.ts";
import { ConcheError } from "../../src/errors/conche-error.ts";
import { ALARM_VIEW } from "../../src/monitor/alarms/alarm-view.ts";
import { machineStateView } from "../../src/monitor/machine-state/machine-state-view.ts";
import { QUALITY_VIEW } from "../../src/monitor/quality/quality-view.ts";
import type { View } from "../../src/views/view.ts";
import { readingOf, viewMessages } from "../monitor/simulated-messages.ts";
import { hoursOf, quietPlant, START_MS } from "../simulator/simulated-line.ts";
import { MemoryViewStore } from "../views/memory-view-store.ts";
import { contextOf, endingAt, requestFor } from "./context.ts";

const HOURS = 5;
const plant = quietPlant();
const stores = new Map<View, MemoryViewStore>(
  [ALARM_VIEW, QUALITY_VIEW, machineStateView].map((view) => [view, new MemoryViewStore()]),
);
for (const message of viewMessages(hoursOf(HOURS, { plant }), ["alarm", "quality", "state"])) {
  for (const [view, store] of stores) if (view.consumes.includes(message.type)) view.fold(message, store);
}
const context = contextOf({
  plant,
  log: () => endingAt(1_000_000),
  nowMs: START_MS + HOURS * 3_600_000,
  views: {
    reading: (view) => readingOf(stores.get(view) ?? new MemoryViewStore()),
    editions: () => [],
    findingCount: () => 0,
    findings: () => undefined,
  },
});
const door = new ApiDoor(ROUTES);

/** Asks a route, and holds what it answers against the schema that it publishes. */
async function ask(name: string, parts: Parameters<typeof requestFor>[1] = {}, accept = "") {
  const answer = await door.answer(requestFor(name, { ...parts, accept }), context);
  if (accept !== "") return { status: answer.status, json: undefined, text: answer.body };
  const { as_of: _moment, ...json } = JSON.parse(answer.body);
  const route = ROUTES.find((each) => each.name === name);
  if (answer.status === 200 && route !== undefined) {
    assert.deepEqual([...Compile(route.answer).Errors(json)].slice(0, 3), [], name);
  }
  return { status: answer.status, json, text: answer.body };
}

const PACKER = { site: "tunis-01", line: "line-a", step: "s8_packaging", machine: "packer-03" };
const MOLDER = { site: "tunis-01", line: "line-a", step: "s6_molding", machine: "molder-01" };
const WEIGHT = { params: { ...PACKER, characteristic: "weight_g" } };

suite("alarms over the API", () => {
  test("open alarms, the history in pages, one alarm with its events", async () => {
    const open = await ask("alarms");
    assert.ok(open.json.alarms.length > 0);
    const [first] = open.json.alarms;
    const whole = await ask("alarmHistory");
    assert.ok(whole.json.occurrences.length > 3);
    const page = await ask("alarmHistory", { query: { limit: "2" } });
    const next = await ask("alarmHistory", { query: { limit: "2", cursor: page.json.next } });
    assert.deepEqual(
      [...page.json.occurrences, ...next.json.occurrences],
      whole.json.occurrences.slice(0, 4),
    );
    const [site, line, step, machine] = first.machine.split("/");
    const one = await ask("alarm", { params: { site, line, step, machine, alarm_id: first.alarm_id } });
    assert.deepEqual(one.json.alarm, first);
    assert.ok(one.json.events.length > 0);
    const none = await ask("alarms", { query: { line: "line-b" } });
    assert.deepEqual([none.status, none.json.code], [404, "CONCHE_NOT_FOUND"]);
  });

  test("the performance beside its targets, and as CSV", async () => {
    const found = await ask("alarmPerformance", { query: { from: new Date(START_MS).toISOString() } });
    assert.equal(found.json.measures.length, 15);
    assert.equal(found.json.hours.length, HOURS);
    const measure = ({ json }: typeof found, name: string) =>
      json.measures.find((each: { measure: string }) => each.measure === name).found;
    assert.ok(found.json.coverage > 0.9, `${found.json.coverage}`);
    // A week that was heard for its last hours is as busy as those hours; one that nobody heard is not quiet.
    const at = (hours: number) => new Date(START_MS + hours * 3_600_000).toISOString();
    const week = await ask("alarmPerformance", { query: { from: at(HOURS - 7 * 24) } });
    assert.equal(week.json.raised, found.json.raised);
    assert.ok(Math.abs(measure(week, "per_day") / measure(found, "per_day") - 1) < 0.01);
    const empty = await ask("alarmPerformance", { query: { from: at(-48), to: at(-24) } });
    assert.equal(empty.json.coverage, 0);
    assert.ok(empty.json.measures.every((each: { found: number | null }) => each.found === null));
    const csv = await ask("alarmPerformance", {}, "text/csv");
    assert.match(csv.text, /^machine,alarm_id,code,priority,count,/);
  });

  test("what can't be: an unknown alarm, a page of another list, times the wrong way round", async () => {
    assert.equal(
      (await ask("alarm", { params: { ...PACKER, alarm_id: "no'such; DROP TABLE" } })).status,
      404,
    );
    assert.equal((await ask("alarmHistory", { query: { cursor: "e30" } })).status, 400);
    const period = { from: "2026-01-12T00:00:00Z", to: "2026-01-11T00:00:00Z" };
    assert.equal((await ask("alarmHistory", { query: period })).status, 400);
  });
});

suite("actions over the API", () => {
  const said: { place: object; type: string; body: Readonly<Record<string, unknown>> }[] = [];
  const desk: Desk = {
    async publish(place, type, body) {
      said.push({ place, type, body });
      return {
        machine: `${place.site}/${place.line}/s0_office/dashboard`,
        boot: "boot-0001",
        seq: said.length,
        ...{ confirmed: true, unreachableSinceMs: null },
      };
    },
  };
  const post = async (name: string, params: object, body: unknown, parts: Partial<ApiContext> = { desk }) => {
    const answer = await door.answer(requestFor(name, { params: { ...params }, body }), {
      ...context,
      ...parts,
    });
    return { status: answer.status, json: JSON.parse(answer.body) };
  };
  async function openAlarm() {
    const { json } = await ask("alarms");
    const found = json.alarms.find((each: { unacknowledged: number }) => each.unacknowledged > 0);
    const [site, line, step, machine] = found.machine.split("/");
    return { found, params: { site, line, step, machine, alarm_id: found.alarm_id } };
  }

  test("an action is a message of the line's desk, answered with its number before it is in the log", async () => {
    const { found, params } = await openAlarm();
    const answer = await post("acknowledgeAlarm", params, { by: "a.trabelsi", seen: found.version });
    assert.equal(answer.status, 202);
    assert.deepEqual([answer.json.machine, answer.json.seq], ["tunis-01/line-a/s0_office/dashboard", 1]);
    const [message] = said;
    assert.ok(message !== undefined);
    const { place, body } = message;
    assert.deepEqual(place, { site: "tunis-01", line: "line-a" });
    assert.deepEqual([body.event, body.source, body.by], ["acknowledged", found.machine, "a.trabelsi"]);
    assert.equal(readPayload("alarm", { v: 2, ...body }).kind, "valid");
  });

  test("what rests on an old look is refused with 409, what can't be with 400, without a desk with 503", async () => {
    const { found, params } = await openAlarm();
    const person = { by: "a.trabelsi", seen: found.version };
    const stale = await post("acknowledgeAlarm", params, { ...person, seen: 1 });
    assert.deepEqual([stale.status, stale.json.code], [409, "CONCHE_ACTION_STALE"]);
    assert.match(stale.json.detail, /since message 1 .* \(message \d+\)/);
    assert.equal((await post("unshelveAlarm", params, person)).json.code, "CONCHE_ACTION_REFUSED");
    const shelving = { ...person, until: "tomorrow", reason: "pump" };
    assert.equal((await post("shelveAlarm", params, shelving)).status, 400);
    assert.equal((await post("shelveAlarm", params, person)).status, 400);
    assert.equal((await post("acknowledgeAlarm", params, person, { desk: undefined })).status, 503);
  });
});

suite("what actions must not say", () => {
  /** What an outbox takes, and nothing else. */
  const desk = (said: unknown[]): Desk => ({
    async publish({ site, line }, type, body) {
      bodyText(type, body);
      said.push(body);
      const machine = `${site}/${line}/s0_office/dashboard`;
      return { machine, boot: "boot-0001", seq: said.length, confirmed: true, unreachableSinceMs: null };
    },
  });
  async function about() {
    const { json } = await ask("alarms");
    const found = json.alarms.find((each: { unacknowledged: number }) => each.unacknowledged > 0);
    const [site, line, step, machine] = found.machine.split("/");
    const params = { site, line, step, machine, alarm_id: found.alarm_id };
    const said: unknown[] = [];
    const underway = new ActionsUnderway();
    const post = async (name: string, body: unknown, parts: Partial<ApiContext> = {}) => {
      const answer = await door.answer(requestFor(name, { params, body }), {
        ...{ ...context, log: () => endingAt(1_000_000), desk: desk(said), underway },
        ...parts,
      });
      return { status: answer.status, json: JSON.parse(answer.body) };
    };
    return { found, said, post };
  }

  test("text that no reader takes, nothing at all, what nobody can have seen: 400, and nothing is published", async () => {
    const { found, said, post } = await about();
    const seen = found.version;
    const until = new Date(context.nowMs + 3_600_000).toISOString();
    const bad: readonly [body: object, detail: RegExp][] = [
      [{ by: "a\0b", seen }, /^body\.by: holds U\+0000: no control characters, and none that turn/],
      [{ by: "a\nb", seen }, /^body\.by: holds U\+000A/],
      [{ by: "a\u202eb", seen }, /^body\.by: holds U\+202E/],
      [{ by: "a", seen, comment: "x\u2066y" }, /^body\.comment: holds U\+2066/],
      [{ by: "a", seen, comment: "x\u0085y" }, /^body\.comment: holds U\+0085/],
      [{ by: "a\ud800b", seen }, /\/by holds half a surrogate pair/],
      [{ by: " ", seen }, /^body\.by: must not be blank$/],
      [{ by: "a", seen, comment: "\t\n" }, /^body\.comment: must not be blank$/],
      [{ by: "a", seen: seen + 0.5 }, /^body\.seen: must be integer/],
      [{ by: "a", seen: 1_000_001 }, /newest message of the log is 1000000, .* message 1000001/],
    ];
    for (const [body, detail] of bad) {
      const answer = await post("acknowledgeAlarm", body);
      assert.equal(answer.status, 400, JSON.stringify([body, answer.json]));
      assert.match(answer.json.detail, detail);
    }
    const beyond: readonly [untilMs: number, detail: RegExp][] = [
      [Date.UTC(2020, 0, 1), /^body\.until: 2020-01-01T00:00:00\.000Z is over$/],
      [context.nowMs, /is over$/],
      [context.nowMs + 7 * 86_400_000 + 1, /^body\.until: .* is more than 7 days ahead$/],
    ];
    for (const [untilMs, detail] of beyond) {
      const shelving = { by: "a", seen, until: new Date(untilMs).toISOString(), reason: "pump" };
      const answer = await post("shelveAlarm", shelving);
      assert.deepEqual([answer.status, answer.json.code], [400, "CONCHE_REQUEST_INVALID"]);
      assert.match(answer.json.detail, detail);
      assert.match(answer.json.hint, /7 days/);
    }
    const blank = await post("shelveAlarm", { by: "a", seen, until, reason: "  " });
    assert.deepEqual([blank.status, blank.json.detail], [400, "body.reason: must not be blank"]);
    assert.equal(said.length, 0);
    assert.equal((await post("acknowledgeAlarm", { by: " a.trabelsi ", seen, comment: " ok " })).status, 202);
    const { by, comment } = said.at(-1) as { by: string; comment: string };
    assert.deepEqual([by, comment], ["a.trabelsi", "ok"]);
  });

  test("a second action on what was seen before the first is in the view is refused; one that failed counts for nothing", async () => {
    const { found, said, post } = await about();
    const body = { by: "a", seen: found.version };
    const broken: Desk = {
      publish: () => Promise.reject(new ConcheError("CONCHE_OUTBOX_FULL", { message: "full" })),
    };
    assert.equal((await post("acknowledgeAlarm", body, { desk: broken })).status, 503);
    assert.equal((await post("acknowledgeAlarm", body)).status, 202);
    const second = await post("acknowledgeAlarm", { ...body, by: "b" });
    assert.deepEqual([second.status, second.json.code], [409, "CONCHE_ACTION_STALE"]);
    assert.match(second.json.detail, /^acknowledged of alarm .* of .*, by a at .*, is on its way$/);
    assert.equal(said.length, 1);
    // A message that never comes must not keep everybody else from acting.
    const later = await post("acknowledgeAlarm", body, { nowMs: context.nowMs + 600_000 });
    assert.equal(later.status, 202);
  });
});

suite("quality over the API", () => {
  test("18: ten thousand years are worked through as quickly as the hours that have samples", async () => {
    let steps = 0;
    const spend = () => {
      if (++steps > 1000) throw new ConcheError("CONCHE_TIME_LIMIT", { message: "too many steps" });
    };
    const hourly = (from: string, to: string) =>
      door.answer(
        requestFor("askQuestion", { params: { number: 18 } as never, query: { from, to } as never }),
        { ...context, spend },
      );
    const endless = await hourly("0001-01-01", "9999-12-31");
    assert.equal(endless.status, 200, endless.body);
    const day = await hourly(new Date(START_MS).toISOString(), new Date(context.nowMs).toISOString());
    assert.ok(JSON.parse(day.body).rows.length >= HOURS);
    assert.deepEqual(JSON.parse(endless.body).rows, JSON.parse(day.body).rows);
  });

  test("characteristics, samples, chart, capability, net content, nozzles", async () => {
    const list = await ask("characteristics");
    assert.ok(
      list.json.characteristics.some(
        (each: { characteristic: string }) => each.characteristic === "weight_g",
      ),
    );
    const samples = await ask("samples", { ...WEIGHT, query: { limit: "3" } });
    assert.equal(samples.json.samples.length, 3);
    assert.equal(samples.json.samples[0].numbers.length, 5);
    // Weights come in hundredths: the mean of five has thousandths, and nothing behind them.
    const all = await ask("samples", { ...WEIGHT, query: { limit: "1000" } });
    const means: number[] = all.json.samples.map(({ mean }: { mean: number }) => mean);
    assert.deepEqual(
      means.filter((mean) => Number(mean.toFixed(6)) !== mean),
      [],
    );
    const chart = await ask("controlChart", WEIGHT);
    assert.equal(chart.json.chart, "xbar_r");
    assert.equal(chart.json.limits.frozen, true);
    assert.ok(chart.json.points.length > 20);
    const asked = await ask("controlChart", { ...WEIGHT, query: { chart: "ewma", rules: "limits" } });
    assert.equal(asked.json.chart, "ewma");
    const capable = await ask("capability", WEIGHT);
    assert.equal(capable.json.lower, 95.5);
    assert.ok(capable.json.cpk === null ? capable.json.why_none !== null : capable.json.cpk.low > 1);
    // Refused, it still says what it looked at.
    const rows = await ask("samples", { ...WEIGHT, query: { limit: "7" } });
    const to = samples.json.samples[0].at;
    const few = await ask("capability", { ...WEIGHT, query: { from: rows.json.samples.at(-1).at, to } });
    const own = rows.json.samples
      .slice(1)
      .filter((each: { product: string }) => each.product === few.json.product);
    assert.equal(few.json.why_none, "too_few");
    assert.deepEqual([few.json.samples, few.json.n], [own.length, 5 * own.length]);
    const numbers: number[] = own.flatMap((each: { numbers: number[] }) => each.numbers);
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    assert.ok(Math.abs(few.json.mean - mean) < 1e-9, `${few.json.mean} of ${mean}`);
    const content = await ask("netContent", WEIGHT);
    assert.equal(content.json.batches[0].t2_g, 91);
    const places = await ask("qualityPlaces", { params: { ...MOLDER, characteristic: "deposit_g" } });
    assert.equal(places.json.places.length, 10);
    // Nothing in a period is no unknown name.
    const before = { from: "2020-01-01", to: "2020-01-02" };
    const none = await ask("qualityPlaces", {
      params: { ...MOLDER, characteristic: "deposit_g" },
      query: before,
    });
    assert.deepEqual([none.status, none.json.samples, none.json.places], [200, 0, []]);
    const early = await ask("controlChart", { ...WEIGHT, query: before });
    assert.match(early.json.detail, /has no samples of weight_g before 2020-01-02T00:00:00\.000Z$/);
  });

  test("a product that there isn't is named; one that was not examined, too", async () => {
    for (const [name, params] of [
      ["controlChart", WEIGHT.params],
      ["capability", WEIGHT.params],
      ["samples", WEIGHT.params],
      ["netContent", WEIGHT.params],
      ["qualityPlaces", { ...MOLDER, characteristic: "deposit_g" }],
    ] as const) {
      const mistyped = await ask(name, { params, query: { product: "darc" } });
      assert.equal(mistyped.status, 404, name);
      assert.equal(mistyped.json.detail, "there is no product darc, did you mean dark?");
      assert.match(mistyped.json.hint, /dark, milk, white/);
    }
    const other = await ask("controlChart", { ...WEIGHT, query: { product: "dark" } });
    assert.equal(other.status, 404);
    assert.match(other.json.detail, /packer-03 has no samples of weight_g of dark$/);
    const list = await ask("samples", { ...WEIGHT, query: { product: "dark" } });
    assert.deepEqual([list.status, list.json.samples], [200, []]);
  });

  test("a characteristic or a batch that nobody has heard of is not an empty answer", async () => {
    for (const name of ["samples", "netContent", "controlChart", "capability", "qualityPlaces"]) {
      const unheard = await ask(name, { params: { ...PACKER, characteristic: "weight" } });
      assert.equal(unheard.status, 404, name);
      assert.match(unheard.json.detail, /packer-03 has no samples of weight$/);
      const batch = await ask(name, { ...WEIGHT, query: { batch: "B1" } });
      assert.deepEqual(
        [batch.status, batch.json.detail],
        [404, "no message of the log names batch B1"],
        name,
      );
    }
  });

  test("what was never examined is not found; a characteristic that isn't charted says so", async () => {
    assert.equal(
      (await ask("controlChart", { params: { ...PACKER, characteristic: "length_mm" } })).status,
      404,
    );
    const none = await ask("controlChart", { params: { ...PACKER, characteristic: "defect_rate_pct" } });
    assert.equal(none.json.why_none, "not_charted");
    assert.ok(none.json.samples > 0);
  });
});
