import assert from "node:assert/strict";
import { test } from "node:test";
import { ConcheError } from "../../../src/errors/conche-error.ts";
import { BrokerSearch } from "../../../src/run/broker/broker-search.ts";

const REFUSED = new ConcheError("CONCHE_BROKER_UNREACHABLE", { message: "ECONNREFUSED", hint: "start it" });

function searching() {
  const told: ConcheError[] = [];
  const search = new BrokerSearch({
    address: "mqtt://plant:1883",
    forSeconds: 3,
    onTrouble: (error) => told.push(error),
  });
  return { search, told };
}

test("a search that ends with the run found nothing; what went wrong on the way is passed on, and in its failure", async () => {
  const { search, told } = searching();
  const ended = Promise.reject(new ConcheError("CONCHE_SHUTTING_DOWN", { message: "the run ends" }));
  assert.equal(await search.found(ended), undefined);
  assert.equal(search.hadTrouble, false);
  assert.match(search.failure().message, /plant:1883 was not reached within 3 s: no answer/);
  search.troubled(REFUSED);
  assert.deepEqual([told, search.hadTrouble], [[REFUSED], true]);
  assert.match(search.failure().message, /within 3 s: ECONNREFUSED/);
  assert.equal(search.failure().hint, "start it");
});

test("what is connected is found, and what ends it otherwise comes through", async () => {
  const { search } = searching();
  assert.equal(await search.found(Promise.resolve(7)), 7);
  await assert.rejects(search.found(Promise.reject(REFUSED)), REFUSED);
});
