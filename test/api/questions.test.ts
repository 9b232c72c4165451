import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ApiDoor } from "../../src/api/door.ts";
import { ROUTES } from "../../src/api/routes.ts";
import { told } from "../monitor/told.ts";
import { quietPlant } from "../simulator/simulated-line.ts";
import { endingAt, requestFor } from "./context.ts";
import { ask, contextAfter } from "./monitored.ts";

const START_MS = Date.parse("2026-01-11T08:00:00Z");
const MINUTE_MS = 60_000;
const TUNNEL = "tunis-01/line-a/s7_cooling/cooltunnel-01";
const PACKER = "tunis-01/line-a/s8_packaging/packer-03";
const at = (minute: number) => START_MS + minute * MINUTE_MS;
const iso = (minute: number) => new Date(at(minute)).toISOString();

/** A case whose packs were packed within some minutes, told when it is full. */
function packed(unit: string, from: number, until: number, id: number) {
  return told(
    PACKER,
    "batch",
    at(until),
    {
      ...{ event: "AGGREGATED", unit_kind: "case", unit_id: unit },
      contents: [{ lot_id: "L1.F", pieces: 20, packed_from: iso(from), packed_until: iso(until) }],
    } as never,
    { id },
  );
}

const margin = { alarm_id: "dew_point_margin_k.low" };
const messages = [
  packed("before", 1, 4, 1),
  told(
    TUNNEL,
    "alarm",
    at(10),
    {
      ...margin,
      ...{
        event: "raised",
        priority: "medium",
        code: "DEW_POINT_MARGIN_K_LOW",
        message: "the bars are too cold",
      },
      ...{ tag: "dew_point_margin_k", value: 1.4, limit: 2, limit_kind: "alarm_low" },
    } as never,
    { id: 2 },
  ),
  packed("during", 11, 14, 3),
  told(TUNNEL, "alarm", at(20), { ...margin, event: "cleared" } as never, { id: 4 }),
  packed("just after", 24, 27, 5),
  packed("long after", 60, 64, 6),
];

suite("the questions, over the API", () => {
  const context = contextAfter(messages, { plant: quietPlant(), nowMs: at(120) });

  test("17: cases with bars that left below dew point + 2 K, up to the time from tunnel to wrapper after it", async () => {
    const { status, answer } = await askNumber(17);
    assert.equal(status, 200);
    const units = answer.rows.map(({ unit }: { unit: string }) => unit);
    assert.deepEqual(units.sort(), ["during", "just after"]);
    assert.equal(answer.rows[0].margin_k, 1.4);
    assert.match(answer.verdict, /^1 time bars left below dew point \+ 2 K; 2 cases may have some\./);
  });

  test("all 26 are listed, each is answered or says what it is to be asked about; nobody is left out", async () => {
    const { answer } = await ask("questions", {}, context);
    assert.equal(answer.questions.length, 26);
    for (const { number, about } of answer.questions as { number: number; about: string }[]) {
      // 6 and 24 read the log itself, which is not here: test/commands/ask.test.ts asks them.
      if (number === 6 || number === 24) continue;
      const { status, answer: found } = await askNumber(number);
      assert.equal(status, about === "subject" ? 400 : 200, `${number}: ${JSON.stringify(found)}`);
    }
  });

  test("about what nobody has heard of is not found, whatever is asked of it; of a batch that only the log knows it is", async () => {
    const { answer } = await ask("questions", {}, context);
    for (const { number, about } of answer.questions as { number: number; about: string }[]) {
      if (about === "period") continue;
      const { status, answer: found } = await askNumber(number, { of: "LOT-0" });
      assert.equal(status, 404, `${number}: ${JSON.stringify(found)}`);
      assert.match(found.detail, /^no lot, pallet, case, batch or pack code LOT-0 was ever heard of$/);
    }
    assert.equal((await askNumber(17, { of: "during" })).status, 200);
    const log = () => ({ ...endingAt(7), query: () => [{}] as never });
    assert.equal((await askNumber(16, { of: "B1" }, { ...context, log })).status, 200);
  });

  test("the holds of a batch that nobody has heard of are not none", async () => {
    const request = requestFor("batchHolds", { params: { batch: "B1" } });
    const { status, body } = await new ApiDoor(ROUTES).answer(request, context);
    assert.deepEqual([status, JSON.parse(body).detail], [404, "no message of the log names batch B1"]);
  });

  async function askNumber(number: number, more: Readonly<Record<string, string>> = {}, of = context) {
    const request = requestFor("askQuestion", {
      params: { number },
      query: { from: iso(0), to: iso(120), ...more },
    });
    const { status, body } = await new ApiDoor(ROUTES).answer(request, of);
    return { status, answer: JSON.parse(body) };
  }
});
