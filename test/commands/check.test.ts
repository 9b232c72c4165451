import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runConche } from "./run-conche.ts";

const TEMPERER = "factory/tunis-01/line-a/s5_tempering/temper-01";

describe("conche check", () => {
  it("says that a message would be stored, and that nothing is remarkable", async () => {
    const input = JSON.stringify({ v: 2, ts: new Date().toISOString(), tags: { temp_c: 31.4 } });
    const run = await runConche(["check", "--topic", `${TEMPERER}/telemetry`, "-"], { input: `${input}\n` });
    assert.equal(run.out, "standard input: telemetry/2, it would be stored\n");
    assert.equal(run.code, 0);
  });

  it("says everything that is wrong at once, with an example, and exits with 1", async () => {
    const input = JSON.stringify({ v: 2, event: "raised", priority: "urgent" });
    const run = await runConche(["check", "--topic", `${TEMPERER}/alarm`, "-"], { input });
    assert.equal(run.code, 1);
    for (const fault of ["/ts is required", "/alarm_id is required", "/priority must be one of"])
      assert.ok(run.out.includes(fault), `${fault}\n${run.out}`);
    assert.match(run.out, /an example of alarm\/2/);
  });

  it("names what doesn't fit the plant, and what was probably meant", async () => {
    const input = JSON.stringify({ v: 2, ts: new Date().toISOString(), tags: { temp_cc: 31.4 } });
    const words = ["check", "--strict", "--json", "--topic", `${TEMPERER}/telemetry`, "-"];
    const run = await runConche(words, { input });
    assert.equal(run.code, 1);
    const { verdict, flags, findings } = JSON.parse(run.out);
    assert.deepEqual([verdict, flags], ["stored", ["unknown_tag"]]);
    assert.match(findings[0].about, /did you mean temp_c\?/);
  });

  it("asks for the topic, and for a file that is there", async () => {
    assert.equal((await runConche(["check", "-"])).code, 2);
    const run = await runConche(["check", "--topic", `${TEMPERER}/state`, "nowhere.json"]);
    assert.equal(run.code, 2);
    assert.match(run.err, /nowhere\.json can't be read/);
  });
});
