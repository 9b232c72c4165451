import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { filledLog, record } from "./filled-log.ts";
import { runConche } from "./run-conche.ts";

const BATCH = "B20260111-DA-0042";
const ALARM = { severity: "high", code: "TEMP_OUT_OF_RANGE", message: "too hot", batch_id: BATCH };
const SPC = ["temper-01", "temp_c"];

suite("a name that neither plant nor log knows", () => {
  const commands: readonly (readonly [words: readonly string[], code: string, message: RegExp])[] = [
    [
      ["alarms", "list", "--machine", "temper-1"],
      "CONCHE_USAGE",
      /no machine temper-1, did you mean temper-01/,
    ],
    [["alarms", "history", "--line", "nope"], "CONCHE_USAGE", /no line nope/],
    [["alarms", "performance", "--site", "nope", "--json"], "CONCHE_USAGE", /no site nope/],
    [["spc", "capability", "--machine", "nope"], "CONCHE_USAGE", /no machine nope/],
    [["spc", "capability", "--batch", "B1"], "CONCHE_NOT_FOUND", /names batch B1/],
    [["spc", "content", "--batch", "B1"], "CONCHE_NOT_FOUND", /names batch B1/],
    [
      ["spc", "chart", ...SPC, "--batch", "B20260111-DA-0043"],
      "CONCHE_NOT_FOUND",
      /did you mean B20260111-DA-0042/,
    ],
    [
      ["report", "plausibility", "--machine", "temper-1x", "--strict"],
      "CONCHE_USAGE",
      /no machine of the log has temper-1x in its address, did you mean temper-01/,
    ],
    [
      ["quarantine", "list", "--machine", "temper-1"],
      "CONCHE_USAGE",
      /no machine temper-1, did you mean temper-01/,
    ],
    [
      ["quarantine", "replay", "--machine", "tunis-01/line-z/s5_tempering/temper-01"],
      "CONCHE_USAGE",
      /no line line-z/,
    ],
    [
      ["quarantine", "dismiss", "--machine", "nope", "--by", "a", "--why", "b"],
      "CONCHE_USAGE",
      /no machine nope/,
    ],
    [
      ["recall", "--machine", "temper-01", "--from", "2026-01-11"],
      "CONCHE_NOT_FOUND",
      /no machine temper-01, did you mean tunis-01\/line-a\/s5_tempering\/temper-01\?/,
    ],
    [["spc", "nozzles", ...SPC, "--batch", "B1"], "CONCHE_NOT_FOUND", /names batch B1/],
  ];
  for (const [words, code, message] of commands)
    test(`conche ${words.join(" ")} is refused and says what may have been meant`, async (context) => {
      const data = await filledLog(context, [record(0, "alarm", ALARM)]);
      const told = await runConche([...words, "--data", data]);
      assert.notEqual(told.code, 0);
      assert.equal(told.out, "");
      assert.match(told.err, new RegExp(code));
      assert.match(told.err, message);
    });

  test("is none that only the log knows, or only the plant", async (context) => {
    const data = await filledLog(context, [record(0, "alarm", ALARM, "foreign-07")]);
    for (const machine of ["foreign-07", "packer-03"]) {
      // Nobody has folded a view here: what is refused is that, and no longer the name.
      const told = await runConche(["alarms", "list", "--machine", machine, "--data", data]);
      assert.match(told.err, /CONCHE_VIEW_NOT_READY/);
    }
    const told = await runConche(["spc", "content", "--batch", BATCH, "--data", data]);
    assert.match(told.err, /CONCHE_VIEW_NOT_READY/);
  });

  test("is said beside an empty report of completeness", async (context) => {
    const data = await filledLog(context, [record(0, "alarm", ALARM)]);
    const told = await runConche(["report", "completeness", "--machine", "temper-1", "--data", data]);
    assert.equal(told.code, 0);
    assert.match(told.err, /no machine 'temper-1' in the log, did you mean temper-01/);
  });
});
