import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { OpenViews } from "../../src/adapters/sqlite/views/open-views.ts";
import { LOG_START } from "../../src/log/log-position.ts";
import { ALARM_VIEW } from "../../src/monitor/alarms/alarm-view.ts";
import { machineStateView } from "../../src/monitor/machine-state/machine-state-view.ts";
import { QUALITY_VIEW } from "../../src/monitor/quality/quality-view.ts";
import type { View } from "../../src/views/view.ts";
import { viewMessages } from "../monitor/simulated-messages.ts";
import { portOf, startConche } from "../servers/conche.ts";
import { HOUR_MS, hoursOf, quietPlant, START_MS } from "../simulator/simulated-line.ts";
import { MemoryViewStore } from "../views/memory-view-store.ts";
import { runConche } from "./run-conche.ts";

const HOURS = 5;
const COMPARED: readonly View[] = [ALARM_VIEW, QUALITY_VIEW];
// When machines were heard is beside what is asked.
const VIEWS: readonly View[] = [...COMPARED, machineStateView];
const messages = viewMessages(hoursOf(HOURS, { plant: quietPlant() }), ["alarm", "quality"]);
let data = "";
/** What SQLite holds of a view's tables, after commits, forgotten groups and groups begun again. */
const kept = new Map<string, unknown[][]>();

before(async () => {
  data = await mkdtemp(join(tmpdir(), "conche-views-"));
  // A memory of few rows, so that most are read back from the file.
  const views = await OpenViews.open(data, { cacheBytes: 20_000 });
  const editions = VIEWS.map((view) => ({ view, edition: views.store.create(view, "answering").edition }));
  for (let from = 0; from < messages.length; from += 100) {
    const group = messages.slice(from, from + 100);
    const fold = () => {
      for (const { view, edition } of editions) {
        const store = views.store.open(edition, view);
        for (const message of group) if (view.consumes.includes(message.type)) view.fold(message, store);
      }
    };
    fold();
    if (from % 300 === 0) {
      views.store.rollback();
      fold();
    }
    const newestReceivedMs = group.at(-1)?.receivedAtMs ?? 0;
    const position = { ...LOG_START, logId: "a-log", id: from + group.length };
    views.store.commit(editions.map(({ edition }) => ({ edition, position, newestReceivedMs })));
  }
  for (const { view, edition } of editions) {
    const store = views.store.open(edition, view);
    kept.set(
      view.name,
      view.tables.map((table) => [...store.rows(table).range()]),
    );
  }
  views.close();
});

after(() => rm(data, { recursive: true, force: true }));

const conche = (...words: string[]) => runConche([...words, "--data", data]);
const json = async (...words: string[]) => JSON.parse((await conche(...words, "--json")).out);
const since = new Date(START_MS).toISOString();
const until = new Date(START_MS + HOURS * HOUR_MS).toISOString();

suite("alarms and quality from views in SQLite", () => {
  test("the file holds what the pure fold gives in memory, row by row", () => {
    for (const view of COMPARED) {
      const store = new MemoryViewStore();
      for (const message of messages) if (view.consumes.includes(message.type)) view.fold(message, store);
      const tables = view.tables.map((table) => [...store.rows(table).range()].map((row) => ({ ...row })));
      assert.deepEqual(
        kept.get(view.name)?.map((rows) => rows.map((row) => ({ ...(row as object) }))),
        tables,
        view.name,
      );
    }
  });

  test("conche alarms: the list with its verdict, the history, one alarm, the performance", async () => {
    const list = await conche("alarms", "list");
    assert.deepEqual([list.code, list.err], [0, ""]);
    assert.match(list.out, /^priority +machine +alarm +raised +times +state +seen +message/);
    assert.match(list.out, /\n\n(no active alarm|\d+ active alarms?, .*)(; .*)?\n$/);
    const { alarms } = await json("alarms", "list");
    const [first] = alarms;
    const shown = await json("alarms", "show", first.machine.split("/").at(-1), first.alarm_id);
    assert.equal(shown.seen, first.seen);
    assert.ok(shown.events.some(({ event }: { event: string }) => event === "raised"));
    const csv = await conche("alarms", "history", "--since", since, "--format", "csv");
    assert.match(csv.out, /^machine,alarm_id,code,priority,raised_at,/);
    const { measures, raised } = await json("alarms", "performance", "--since", since, "--until", until);
    assert.equal(measures.length, 12);
    assert.equal(raised, csv.out.trimEnd().split("\n").length - 1);
    const before = ["--since", "2026-01-01T00:00:00Z", "--until", "2026-01-02T00:00:00Z"];
    const empty = await conche("alarms", "performance", ...before);
    assert.match(empty.out, /alarms a day and operator +– +144 /);
    assert.match(empty.out, /\nnothing was heard in this time: whether it was quiet nobody knows\n/);
  });

  test("no command looks at a longer span than the API does for the same question", async () => {
    const performance = await conche("alarms", "performance", "--since", "0001-01-01T00:00:00Z");
    assert.match(performance.err, /CONCHE_USAGE: the span from .* is \d+ h, the longest is 9600 h\n/);
    const oee = await conche("oee", "--since", "400d");
    assert.match(oee.err, /CONCHE_USAGE: the span from .* is 9600 h, the longest is 2232 h\n/);
    assert.deepEqual([performance.code, oee.code], [2, 2]);
    for (const words of [
      ["chart", "packer-03", "weight_g"],
      ["nozzles", "molder-01", "deposit_g"],
      ["capability"],
      ["content"],
    ]) {
      const { code, err } = await conche("spc", ...words, "--since", "0001-01-01", "--until", "9999-12-31");
      assert.match(err, /CONCHE_USAGE: the span from .* is \d+ h, the longest is 9600 h\n/, words.join(" "));
      assert.equal(code, 2);
    }
  });

  test("conche spc: list, chart, capability, content, nozzles", async () => {
    assert.match((await conche("spc", "list")).out, /packer-03 +weight_g +\d+\.\d+ +g /);
    const chart = await conche("spc", "chart", "packer-03", "weight_g", "--since", since, "--until", until);
    assert.match(chart.out, /^weight_g \(g\) of .*: xbar_r, rules western_electric\n/);
    assert.match(chart.out, /╌ upper 10\d\.\d\n/);
    // The axis is on the plant's clock, as the lines below it.
    const stamp = String.raw`2026-01-1\d \d\d:\d\d:\d\d \+01:00`;
    assert.match(chart.out, new RegExp(`\n${stamp} +${stamp}\nlimits `));
    assert.match(
      chart.out,
      /\nlimits frozen from \d+ samples, .*\n\d+ signals? in \d+ points \(by chance \d+\.\d\)/,
    );
    const { points, limits, signals, by_chance } = await json(
      "spc",
      "chart",
      "packer-03",
      "weight_g",
      "--since",
      since,
      "--until",
      until,
    );
    assert.ok(points.length > 20 && limits.frozen);
    assert.match(
      chart.out,
      new RegExp(`\n${signals} signals? in .* \\(by chance ${by_chance.toFixed(1)}\\)`),
    );
    const { capabilities } = await json("spc", "capability", "--since", since, "--until", until);
    assert.ok(capabilities.length >= 3);
    const content = await conche("spc", "content");
    assert.match(content.out, /\(95\.5 g\) +\d+ \(91 g\)/);
    const nozzles = await json(
      "spc",
      "nozzles",
      "molder-01",
      "deposit_g",
      "--since",
      since,
      "--until",
      until,
    );
    assert.equal(nozzles.places.length, 10);
  });

  test("conche alarms ack, shelve: messages of a desk that the log then has; a stale one is refused", async () => {
    const log = join(data, "log");
    const center = await startConche(["datacenter", "--data", log, "--mqtt-port", "0", "--http-port", "0"]);
    try {
      const broker = [
        "--mqtt-port",
        String(portOf(center.started.mqtt)),
        "--outbox",
        join(data, "desk"),
        "--wait",
        "2m",
      ];
      const { alarms } = await json("alarms", "list", "--state", "rtn_unack");
      const [{ machine, alarm_id, seen }] = alarms;
      const act = (verb: string, ...words: string[]) =>
        conche("alarms", verb, machine, alarm_id, "--by", "a.trabelsi", ...broker, ...words);
      const stale = await act("ack", "--seen", "1");
      assert.match(
        stale.err,
        /^conche: CONCHE_ACTION_STALE: since message 1 of .*\n {2}what to do: look again/,
      );
      const seenIt = await act("ack", "--seen", String(seen), "--comment", "cleaned");
      assert.deepEqual([seenIt.code, seenIt.err], [0, ""]);
      assert.match(
        seenIt.out,
        /^acknowledged: number 1 of tunis-01\/line-a\/s0_office\/shell, boot \S+; the log has it\n$/,
      );
      const shelved = await act("shelve", "--for", "1h", "--why", "pump", "--json");
      assert.deepEqual(JSON.parse(shelved.out).stored, true);
      assert.match(
        (await act("shelve", "--for", "1h")).err,
        /CONCHE_USAGE: an alarm is shelved for a time and with a reason/,
      );
      assert.match((await act("unshelve")).err, /CONCHE_ACTION_REFUSED: .* is not shelved/);
      const lines = (await runConche(["log", "query", "--data", log, "--type", "alarm", "--json"])).out
        .trimEnd()
        .split("\n");
      const payloads = lines.map((line) => JSON.parse(line).payload);
      assert.deepEqual(
        payloads.map(({ event, source, alarm_id: id, by }) => [event, source, id, by]).sort(),
        [
          ["acknowledged", machine, alarm_id, "a.trabelsi"],
          ["shelved", machine, alarm_id, "a.trabelsi"],
        ],
      );
    } finally {
      assert.equal(await center.stop("SIGTERM"), 0);
    }
  });

  test("what only waits in the outbox is not done, and nobody is told otherwise", async () => {
    const { alarms } = await json("alarms", "list", "--state", "rtn_unack");
    const [{ machine, alarm_id }] = alarms;
    const nowhere = ["--mqtt-port", "1", "--outbox", join(data, "alone"), "--wait", "1s"];
    const said = await conche("alarms", "ack", machine, alarm_id, "--by", "a.trabelsi", ...nowhere);
    assert.equal(said.code, 1);
    assert.match(
      said.out,
      /^not done yet: acknowledged waits in the outbox \(number 1 of \S+, boot \S+\)\n {2}tried at mqtt:\/\/127\.0\.0\.1:1: CONCHE_\S+: .*; another address: --mqtt-port PORT, .*\n {2}it is sent by the next action of .* with the same --outbox; do not say it again\n$/,
    );
  });

  test("what isn't there: a log, a machine, a characteristic, each with what to do", async () => {
    const nowhere = await runConche(["alarms", "list", "--data", join(data, "nowhere")]);
    assert.match(nowhere.err, /^conche: CONCHE_LOG_MISSING: .*\n {2}what to do: /);
    const alarm = await conche("alarms", "show", "temper-01", "nothing");
    assert.match(
      alarm.err,
      /^conche: CONCHE_USAGE: nothing was ever heard of an alarm nothing of temper-01\n/,
    );
    const chart = await conche("spc", "chart", "packer-03", "length");
    assert.match(chart.err, /what to do: it examines defect_rate_pct, /);
    for (const words of [
      ["chart", "packer-03", "weight_g"],
      ["nozzles", "molder-01", "deposit_g"],
      ["capability"],
      ["content"],
    ]) {
      const product = await conche("spc", ...words, "--product", "darc");
      assert.match(product.err, /^conche: CONCHE_USAGE: there is no product darc, did you mean dark\?\n/);
      assert.equal(product.code, 2);
    }
    const examined = await conche("spc", "capability", "--characteristic", "weight_gg");
    assert.match(examined.err, /CONCHE_USAGE: there are no samples of weight_gg, did you mean weight_g\?\n/);
  });
});
