import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { plan, runOnce } from "./campaign.ts";
import { readOptions } from "./options.ts";
import { ROWS } from "./rows/all.ts";

const SEED = Number(process.env.CONCHE_TEST_SEED ?? 1 + (Date.now() % 1_000_000));
/** Rows whose faults no other test file has; `npm run torture` runs all of them, at length. */
const HERE = [2, 6];

describe(`The fault harness, briefly (seed ${SEED})`, () => {
  for (const row of ROWS.filter(({ number }) => HERE.includes(number))) {
    it(`row ${row.number}, ${row.fault}: ${row.holds}`, {
      skip: row.skip,
      timeout: 700_000,
    }, async (test) => {
      const result = await runOnce({ row, seed: SEED, brief: true });
      assert.ok(result !== undefined);
      const { kills, powerLosses, messages, violations } = result;
      test.diagnostic(`${kills} kills, ${powerLosses} losses of power, ${messages} messages`);
      assert.deepEqual(violations, [], `the run's folder is kept: ${result.folder}`);
      assert.ok(kills + powerLosses > 0, "nothing was done to it");
      assert.ok(messages > 0, "nothing was held against a ledger");
    });
  }
});

describe("A campaign of the fault harness", () => {
  it("gives every row a run, and the kills the most of the others", () => {
    const planned = plan(ROWS, 200, 1);
    assert.equal(planned.length, 200);
    const runs = Map.groupBy(planned, ({ row }) => row.number);
    for (const { number } of ROWS) assert.ok(runs.has(number), `row ${number} has no run`);
    assert.ok((runs.get(1)?.length ?? 0) > 20);
    assert.equal(new Set(planned.map(({ seed }) => seed)).size, 200);
  });

  it("has the rows of the fault matrix that it promises", () => {
    const promised = [...Array.from({ length: 26 }, (_, index) => index + 1), 32, 41, 47, 52];
    assert.deepEqual(
      ROWS.map(({ number }) => number),
      promised,
    );
  });

  it("answers options that it doesn't know", () => {
    const wrong = (...words: string[]) => {
      const options = readOptions(words, ROWS);
      return options.kind === "wrong" ? options.why : options.kind;
    };
    assert.match(wrong("--bogus"), /--bogus/);
    assert.match(wrong("--runs", "0"), /--runs 0/);
    assert.match(wrong("--row", "99"), /there is no row 99/);
    assert.equal(wrong("--runs", "3", "--row", "1", "--row", "2", "--seed", "7"), "campaign");
    assert.equal(wrong("-h"), "help");
  });
});
