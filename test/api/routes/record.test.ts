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
