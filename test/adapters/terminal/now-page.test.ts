import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type NowPage, nowPage } from "../../../src/adapters/terminal/now-page.ts";
import { lastingText, ZoneClock } from "../../../src/adapters/terminal/time-text.ts";
import { openAlarms } from "../../../src/monitor/alarms/alarm-list.ts";
import { ALARM_VIEW } from "../../../src/monitor/alarms/alarm-view.ts";
import { machineStateView } from "../../../src/monitor/machine-state/machine-state-view.ts";
import { plantNow } from "../../../src/monitor/machine-state/plant-now.ts";
import { overviewValues } from "../../../src/monitor/overview.ts";
import { tagsView } from "../../../src/monitor/tags/tags-view.ts";
import { expandPlant } from "../../../src/plant/expand-plant.ts";
import type { ViewMessage } from "../../../src/views/view.ts";
import { read, told } from "../../monitor/told.ts";
import { chocolatePlant } from "../../plant/chocolate-document.ts";

const plant = chocolatePlant();
const KEYS = new Map(plant.machines.map(({ key, definition }) => [definition.id, key as string]));
const T0 = Date.parse("2026-11-27T22:24:00Z");
const S = 1000;
const WIDE = { columns: 130, colour: false };

function key(id: string): string {
  return KEYS.get(id) ?? "";
}

/** Everything runs and has just been heard. */
function running(atMs: number): ViewMessage[] {
  return plant.machines.flatMap(({ key: machine }) => [
    told(machine, "state", atMs - 600 * S, { state: "ONLINE" }),
    told(machine, "state", atMs - 599 * S, {
      state: "Execute",
      product_type: "dark",
      batch_id: "B20261127-DA-0624",
    }),
    told(machine, "telemetry", atMs, { tags: { temp_c: 31.4, temper_index: 3.65, viscosity_cP: 2939 } }),
  ]);
}

function shown(
  messages: ViewMessage[],
  parts: Partial<NowPage> = {},
  nowMs = T0,
  [columns, height]: readonly [number, number | null] = [WIDE.columns, null],
): string {
  const tags = read(tagsView, messages);
  const page: NowPage = {
    plant: "Conche demonstration chocolate",
    nowMs,
    presentMs: nowMs,
    clock: new ZoneClock("Africa/Tunis"),
    lines: plantNow(plant, read(machineStateView, messages), nowMs),
    values: new Map(
      plant.machines.map(({ key: machine }) => [machine, overviewValues(plant, tags, machine)]),
    ),
    shifts: new Map(),
    lateAfterMs: () => 3 * S,
    alarms: openAlarms(read(ALARM_VIEW, messages), nowMs),
    completeness: { seen: 1000, missing: 0 },
    quarantined: 0,
    behind: 0,
    ...parts,
  };
  return nowPage(page, { ...WIDE, columns }, height).join("\n");
}

suite("the plant at a glance", () => {
  test("says that all runs, with each machine's values, and the time of the site", () => {
    const page = shown(running(T0));
    assert.match(page, /^Conche demonstration chocolate +Fri 27 Nov 23:24:00 \+01:00\n/);
    assert.match(page, /Line A, 100 g bars {2}8 run\n/);
    assert.match(
      page,
      /5 temper-01 +Execute +9 min 59 s +outlet 31\.40 °C +temper index out 3\.65 +viscosity 2939 mPa s\n/,
    );
    assert.match(page, /dark {2}B20261127-DA-0624 {2}weigher-01 to packer-03\n/);
    assert.match(page, /Alarms {2}none active/);
    assert.match(page, /✓ complete: 1,000 of 1,000 numbers/);
  });

  test("first of all says that it is old, as of when and how far behind; a view's usual lag is nothing to say", () => {
    const page = shown(running(T0), { presentMs: T0 + 4 * 3_600 * S, behind: 1234 });
    assert.match(page, /^OLD: as of Fri 27 Nov 23:24:00 \+01:00, 4 h ago; 1,234 messages behind\n/);
    assert.match(page, /Conche demonstration chocolate +Sat 28 Nov 03:24:00 \+01:00\n/);
    assert.match(page, /8 run\n/);
    assert.match(shown(running(T0), { presentMs: T0 + 40, behind: 12 }), /^Conche demonstration/);
  });

  test("nothing is ticked off while messages wait in quarantine", () => {
    const page = shown(running(T0), { quarantined: 8 });
    assert.match(page, /\ncomplete: 1,000 of 1,000 numbers {3}8 in quarantine: conche quarantine list /);
    assert.doesNotMatch(page, /✓/);
  });

  test("alarms fill the window that is there, and come before machines where it is small", () => {
    const raised = { event: "raised", code: "T", message: "outlet too hot", priority: "high" } as const;
    const alarms = [..."abcdefghijkl"].flatMap((alarm_id, index) => [
      told(key("temper-01"), "alarm", T0 - (164 + index) * S, { ...raised, alarm_id }),
      // Half of them are back to normal.
      ...(index % 2 === 0
        ? []
        : [told(key("temper-01"), "alarm", T0 - 100 * S, { event: "cleared" as const, alarm_id })]),
    ]);
    const messages = [...running(T0), ...alarms];
    const lines = (columns: number, height: number) => shown(messages, {}, T0, [columns, height]).split("\n");
    const count = (page: string[], text: RegExp) => page.filter((line) => text.test(line)).length;
    const all = lines(100, 34);
    assert.deepEqual([count(all, /■ 1/), count(all, /○ 1/), count(all, /more/)], [6, 6, 0]);
    const some = lines(100, 28);
    assert.deepEqual(
      [some.length, count(some, /■ 1/), count(some, /and \d more back to normal/)],
      [28, 6, 1],
    );
    const small = lines(60, 12).slice(0, 11);
    assert.equal(count(small, /■ 1/), 6);
    assert.match(small[1] ?? "", /8 run/);
    assert.equal(count(small, /complete: /), 1);
    // What is calm leaves the rows to the machines.
    assert.equal(count(shown(running(T0), {}, T0, [60, 12]).split("\n").slice(0, 11), / Execute /), 7);
  });

  test("an alarm of another day has its date, though it is not a day old", () => {
    const raised = { event: "raised", code: "T", message: "outlet too hot", priority: "high" } as const;
    const page = shown(
      [
        ...running(T0 + 2 * 3_600 * S),
        told(key("temper-01"), "alarm", T0 - S, { ...raised, alarm_id: "a" }),
        told(key("temper-01"), "alarm", T0 + 3_600 * S, { ...raised, alarm_id: "b" }),
      ],
      {},
      T0 + 2 * 3_600 * S,
    );
    assert.match(page, /■ 1 2026-11-27 23:23 +2 h /);
    assert.match(page, /■ 1 {9}00:24:00 +1 h /);
  });

  test("desks are no machines of a line, whatever they have said", () => {
    const desk = "tunis-01/line-a/s0_office/dashboard";
    const acked = { event: "acknowledged", alarm_id: "a", by: "b", source: key("temper-01") } as const;
    const page = shown([...running(T0), told(desk, "alarm", T0, acked)]);
    assert.doesNotMatch(page, /dashboard/);
    assert.match(page, /8 run\n/);
  });

  test("begins with what stands, since when, why; and who waits for whom", () => {
    const jam = { code: "JAM", category: "minor_stop", message: "bars jammed" } as const;
    const blocked = { code: "BELT_STANDS", category: "blocked", caused_by: key("packer-03") } as const;
    const page = shown([
      ...running(T0),
      told(key("packer-03"), "state", T0 - 37 * S, { state: "Held", stop_reason: jam }),
      told(key("molder-01"), "state", T0 - 5 * S, { state: "Suspended", stop_reason: blocked }),
    ]);
    assert.match(page, /packer-03 stands for 37 s: bars jammed\. 6 run, molder-01 waits for packer-03\n/);
    assert.match(page, /6 molder-01 +Suspended +5 s +belt stands ‹ packer-03\n/);
  });

  test("a machine that is gone is unknown, with what it did last; without any, nothing is known", () => {
    const gone = [...running(T0), told(key("conche-01"), "state", T0 + S, { state: "OFFLINE" })];
    const page = shown(gone, {}, T0 + 5 * S);
    assert.match(page, /conche-01 unknown\. 7 run\n/);
    assert.match(page, /4 conche-01 +unknown +5 s +connection lost, was Execute\n/);
    assert.match(shown(running(T0), {}, T0 + 3_600 * S), /nothing known: last heard 1 h ago\n/);
    assert.match(shown([]), /nothing known: never heard\n/);
  });

  test("shows active alarms by priority with their age, what is missing, and how far the views are behind", () => {
    const raised = {
      event: "raised",
      alarm_id: "t",
      code: "T",
      message: "outlet too hot",
      priority: "high",
    } as const;
    const page = shown([...running(T0), told(key("temper-01"), "alarm", T0 - 164 * S, raised)], {
      completeness: { seen: 1000, missing: 12 },
      behind: 5000,
    });
    assert.match(page, /Alarms {2}1 active/);
    assert.match(page, /■ 1 23:21:16 +2 min 44 s {2}temper-01 {2}outlet too hot/);
    assert.match(page, /◆ 12 numbers missing of 1,000 {3}views 5,000 messages behind the log/);
    const many = [..."abcd"].flatMap((alarm_id) => [
      told(key("temper-01"), "alarm", T0 - 164 * S, { ...raised, alarm_id }),
      told(key("temper-01"), "alarm", T0 - 100 * S, { event: "cleared", alarm_id }),
    ]);
    const back = shown([...running(T0), ...many]);
    assert.match(back, /4 back to normal and unacknowledged\n(.*○.*\n){3} {2}and 1 more back to normal\n/);
    assert.match(shown(running(T0), { alarms: null }), /Alarms {2}not known yet/);
  });

  test("of several lines only what needs a look has a row; text from machines can't act on the terminal", () => {
    const two = expandPlant(plant, { lines: 2 });
    const evil = { code: "X", category: "failure", message: "a\u001b[2Jb" } as const;
    const messages = [
      ...running(T0),
      told(key("packer-03"), "state", T0 - 37 * S, { state: "Held", stop_reason: evil }),
    ];
    const lines = plantNow(two, read(machineStateView, messages), T0);
    const page = shown(messages, { lines });
    assert.match(page, /packer-03 +Held/);
    assert.doesNotMatch(page, /temper-01 +Execute/);
    assert.ok(!page.includes("\u001b"));
    assert.match(page, /nothing known: never heard/);
  });
});

test("a list's times are those of the zone, with year and offset, on the day that it is there", () => {
  const ms = Date.parse("2026-11-27T23:30:05Z");
  assert.equal(new ZoneClock("Africa/Tunis").stamp(ms), "2026-11-28 00:30:05 +01:00");
  assert.equal(new ZoneClock("America/St_Johns").stamp(ms), "2026-11-27 20:00:05 -03:30");
  assert.equal(new ZoneClock("UTC").stamp(ms), "2026-11-27 23:30:05 +00:00");
});

test("how long something lasts is said in two units", () => {
  const texts = [0, 37_900, 164_000, 120_000, 9 * 3_600_000 + 24 * 60_000, 76 * 3_600_000].map(lastingText);
  assert.deepEqual(texts, ["0 s", "37 s", "2 min 44 s", "2 min", "9 h 24 min", "3 d 4 h"]);
});
