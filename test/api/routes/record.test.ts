import assert from "node:assert/strict";
import { test } from "node:test";
import { timeLimit } from "../../../src/api/deadline.ts";
import { ApiDoor } from "../../../src/api/door.ts";
import { ROUTES } from "../../../src/api/routes.ts";
import { contextOf, endingAt, requestFor } from "../context.ts";

test("a batch record that takes too long says what helps: there is no shorter one to ask for", async () => {
  const late = () => {
    throw timeLimit(5_000);
  };
  const context = contextOf({
    log: () => ({ ...endingAt(7), query: late }),
  });
  const request = requestFor("batchRecord", { params: { batch: "B20260111-DA-0042" } });
  const answer = await new ApiDoor(ROUTES).answer(request, context);
  assert.equal(answer.status, 503);
  const { code, hint, detail } = JSON.parse(answer.body);
  assert.deepEqual([code, detail], ["CONCHE_TIME_LIMIT", "the answer took longer than 5 s, the time limit"]);
  assert.equal(
    hint,
    "conche batch record B20260111-DA-0042 makes it without a limit; or raise --api-time-limit",
  );
});

test("a batch record ends where its time does, and says so first", async () => {
  const message = (id: number) => ({
    ...{
      id,
      ts: "",
      tsMs: id,
      receivedAt: id,
      payload: "{}",
      topic: "t",
      batchId: "B1",
      flags: 0,
      version: 1,
    },
    ...{ site: null, line: null, step: null, machine: null, type: null },
    ...{ qos: 1, retain: false, boot: null, seq: null },
  });
  let asked = 0;
  const context = contextOf({
    log: () => ({
      ...endingAt(10_000),
      *query() {
        for (let id = 1; id <= 10_000; id++) yield message(id);
      },
    }),
    isLate: () => ++asked > 2,
  });
  const request = requestFor("batchRecord", { params: { batch: "B1" } });
  const answer = await new ApiDoor(ROUTES).answer(request, context);
  assert.equal(answer.status, 200);
  const { seal, exceptions } = JSON.parse(answer.body);
  assert.equal(seal.messages, 3 * 256 - 1);
  assert.match(exceptions[0].detail, /the record and its seal end at message 767/);
  // The next one to ask may have the time for all of it.
  assert.deepEqual([answer.headers.etag, answer.headers["cache-control"]], [undefined, "no-store"]);
  const whole = await new ApiDoor(ROUTES).answer(request, { ...context, isLate: () => false });
  assert.equal(JSON.parse(whole.body).seal.messages, 10_000);
  assert.equal(whole.headers["cache-control"], "no-cache");
  assert.ok(whole.headers.etag);
});
