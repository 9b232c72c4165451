import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { StoredMessage } from "../../../src/log/log-reading.ts";
import { batchRecord } from "../../../src/trace/record/batch-record.ts";
import { recordBlocks } from "../../../src/trace/record/record-blocks.ts";
import { MOST_LISTED } from "../../../src/trace/record/record-tally.ts";
import { recordedHolds } from "../../../src/trace/record/recorded-holds.ts";
import { contextOf } from "../../api/context.ts";
import { genealogyAfter, story } from "../told-events.ts";

const BATCH = "B20260111-DA-0042";
const MORE = 7;
const MANY = MOST_LISTED + MORE;
const FIRST_MS = Date.UTC(2026, 0, 11, 8);

function stored(id: number, type: string, body: object): StoredMessage {
  const ts = new Date(FIRST_MS + id * 1000).toISOString();
  const [site, line, step, machine] = ["tunis-01", "line-a", "s5_tempering", "temper-01"];
  const payload = JSON.stringify({
    v: 2,
    ts,
    boot: "0198c5f2-0000-7000-8000-000000000001",
    seq: id,
    batch_id: BATCH,
    ...body,
  });
  return {
    ...{ id, ts, tsMs: FIRST_MS + id * 1000, receivedAt: FIRST_MS + id * 1000, payload, batchId: BATCH },
    ...{ topic: `factory/${site}/${line}/${step}/${machine}/${type}`, site, line, step, machine, type },
    ...{ qos: 1, retain: false, version: 2, boot: null, seq: id, flags: 0 },
  } as StoredMessage;
}

function recordOf(messages: readonly StoredMessage[], isCut = () => false) {
  const found = batchRecord(BATCH, {
    plant: contextOf().plant,
    messages,
    isCut,
    genealogy: undefined,
    covered: () => undefined,
    behind: 0,
    sha256: (text) => text.slice(-8),
  });
  assert.ok(found !== undefined);
  return found;
}

const all = (type: string, body: (index: number) => object, count = MANY) =>
  Array.from({ length: count }, (_, index) => stored(index + 1, type, body(index)));
const raised = (index: number) => ({
  ...{ event: "raised", alarm_id: `A${index}`, code: "TEMP", message: "hot", priority: "low" },
});

suite("a batch of which more was said than anybody reads", () => {
  const kinds = {
    alarms: all("alarm", raised),
    courses: all("telemetry", (index) => ({ tags: { [`t${index}_c`]: 31 } })),
    results: all("quality", (index) => ({ results: [{ characteristic: `c${index}`, value: 1 }] })),
    procedure: all("batch", (index) => ({
      event: "PHASE",
      level: "phase",
      name: `p${index}`,
      state: "running",
    })),
    actions: all("alarm", () => ({ event: "acknowledged", alarm_id: "A", by: "Nadia" })),
  };
  for (const [list, messages] of Object.entries(kinds))
    test(`lists the first of its ${list}, counts the others and says what has them`, () => {
      const found = recordOf(messages);
      assert.equal(found[list as "alarms"].length, MOST_LISTED);
      assert.equal(found.seal.messages, MANY);
      const [first] = found.exceptions;
      assert.equal(first?.what, "not all of it");
      assert.match(
        first.detail,
        new RegExp(`the first ${MOST_LISTED} are listed, ${MORE} more .*conche log query --batch ${BATCH}`),
      );
      assert.doesNotMatch(JSON.stringify(recordBlocks(found)), /record is complete/);
    });

  test("for which there was no time ends at a message, and so does its seal", () => {
    const messages = all("alarm", raised, 4);
    const found = recordOf(messages, () => true);
    assert.deepEqual([found.alarms.length, found.seal.messages, found.seal.last_id], [4, 4, 4]);
    assert.deepEqual(found.exceptions[0], {
      what: "not all of it",
      detail: `the record and its seal end at message 4, after the first 4 that name the batch: conche batch record ${BATCH} reads all`,
    });
    assert.equal(recordOf(messages).leftOut, undefined);
  });

  test("has a tag that nobody could have named among what isn't listed", () => {
    const found = recordOf([stored(1, "telemetry", { tags: { ["t".repeat(1000)]: 1, temp_c: 31 } })]);
    assert.deepEqual(
      found.courses.map(({ tag }) => tag),
      ["temp_c"],
    );
    assert.equal(found.leftOut?.length, 1);
  });

  test("what is said of an alarm that isn't listed is no word about the one before it", () => {
    const again = stored(MANY, "alarm", raised(0));
    const cleared = stored(MANY + 1, "alarm", { event: "cleared", alarm_id: "A0" });
    const found = recordOf([...all("alarm", raised, MOST_LISTED), again, cleared]);
    assert.equal(found.alarms.find(({ alarmId }) => alarmId === "A0")?.clearedMs, null);
  });
});

test("an alarm that comes again is another one; what ends it ends the newest of its machine", () => {
  const found = recordOf([
    stored(1, "alarm", raised(0)),
    stored(2, "alarm", { event: "cleared", alarm_id: "A0" }),
    stored(3, "alarm", raised(0)),
    stored(4, "alarm", { event: "acknowledged", alarm_id: "A0", by: "Nadia" }),
  ]);
  assert.deepEqual(
    found.alarms.map(({ clearedMs, acknowledgedBy }) => [clearedMs === null, acknowledgedBy]),
    [
      [false, null],
      [true, "Nadia"],
    ],
  );
});

test("of one lot on hold thousands of times its rows are read once", () => {
  const holds = Array.from({ length: 300 }, (_, index) => {
    return { event: "HOLD", hold_id: `H${index}`, lots: ["ours.F"], reason: "doubt", by: "Nadia" } as const;
  });
  const made = {
    event: "LOT_CREATED",
    lot_id: "ours.F",
    material: "bar",
    kind: "finished",
    quantity_kg: 1,
  } as const;
  const genealogy = genealogyAfter(story(made, ...holds));
  let read = 0;
  const { reading } = genealogy;
  const counting = {
    ...genealogy.reading,
    rows: (table: Parameters<typeof reading.rows>[0]) => {
      const rows = reading.rows(table);
      return {
        get: rows.get.bind(rows),
        *range(range: Parameters<typeof rows.range>[0]) {
          for (const row of rows.range(range)) {
            read += 1;
            yield row;
          }
        },
      };
    },
  };
  Object.defineProperty(genealogy, "reading", { value: counting });
  assert.equal(recordedHolds(genealogy, ["ours.F"], []).rows.length, holds.length);
  assert.ok(read < 10 * holds.length, `${read} rows were read`);
});
