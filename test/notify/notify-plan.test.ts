import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { readNotifyPlan } from "../../src/notify/notify-plan.ts";
import { quietHours } from "../../src/notify/quiet-hours.ts";
import { pathText } from "../../src/plant/finding.ts";
import { HOOK } from "./conditions-under-test.ts";

function problemsOf(document: unknown): string[] {
  const reading = readNotifyPlan(document, "UTC");
  return reading.kind === "plan"
    ? []
    : reading.findings.map(({ path, problem }) => `${pathText(path)}: ${problem}`);
}

test("what can't be done is said at its place, all at once", () => {
  const wrong = problemsOf({
    version: 1,
    channels: {
      both: { webhook: { url: "https://a.example" }, email: { to: ["a@b.example"] } },
      none: { webhook: {} },
    },
    rules: [
      { name: "one", to: ["nobody"], quiet: { from: "22:00", to: "22:00" } },
      { name: "one", to: ["both"], escalate: { after: "5m", to: ["boss"] } },
    ],
  });
  assert.deepEqual(wrong, [
    "channels.both: must have webhook or email, one of the two",
    "channels.both.email: needs smtp: the mail server",
    "channels.none.webhook: must have url or url_file, one of the two",
    "rules[0].quiet.to: must differ from from",
    "rules[0].to: names nobody, which is none of both, none",
    'rules[1].name: "one" stands twice; the first is at [0]',
    "rules[1].escalate: names boss, which is none of both, none",
  ]);
});

test("a misspelt field, a time that is none, and a secret in the wrong place are findings", () => {
  assert.match(
    problemsOf({ version: 1, channels: { a: HOOK }, rules: [{ name: "x", to: ["a"], fro: "10s" }] }).join(),
    /rules\[0\]\.fro: is not known here; known are name, about/,
  );
  assert.match(
    problemsOf({ version: 1, channels: { a: HOOK }, rules: [{ name: "x", to: ["a"], for: "soon" }] }).join(),
    /rules\[0\]\.for: must match/,
  );
  const smtp = { server: "smtp://user:secret@mail.example", from: "conche@example" };
  assert.match(
    problemsOf({ version: 1, smtp, channels: { a: HOOK }, rules: [{ name: "x", to: ["a"] }] }).join(),
    /smtp\.server: must match/,
  );
});

test("quiet hours go by the plant's clock, over midnight and through summer time", () => {
  const quiet = quietHours({ from: "22:00", to: "06:00", except: "critical" }, "Europe/Berlin");
  // Summer time begins on 29 March 2026 at 02:00: 06:00 is 04:00 UTC afterwards, 05:00 before.
  assert.equal(quiet.holds("high", Date.UTC(2026, 2, 28, 4, 59)), true);
  assert.equal(quiet.holds("high", Date.UTC(2026, 2, 28, 5)), false);
  assert.equal(quiet.holds("high", Date.UTC(2026, 2, 29, 3, 59)), true);
  assert.equal(quiet.holds("high", Date.UTC(2026, 2, 29, 4)), false);
  assert.equal(quiet.holds("critical", Date.UTC(2026, 2, 28, 23)), false);
  const lunch = quietHours({ from: "12:00", to: "13:00", except: "high" }, "UTC");
  assert.deepEqual(
    [11, 12, 13].map((hour) => lunch.holds("medium", Date.UTC(2026, 0, 1, hour))),
    [false, true, false],
  );
});

test("the example of the documentation is one that works", () => {
  const page = readFileSync(new URL("../../docs/notifications.md", import.meta.url), "utf8");
  const [, example = ""] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  assert.deepEqual(problemsOf(parse(example)), []);
});
