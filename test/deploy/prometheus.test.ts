import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { parse } from "yaml";
import { ROOT } from "../../scripts/tool.ts";

const FOLDER = join(ROOT, "deploy", "prometheus");

const installed = spawnSync("promtool", ["--version"]).error === undefined;
const skip = installed ? false : "promtool is not installed: apt-get install prometheus";

function promtool(...args: string[]): void {
  const { status, stdout, stderr } = spawnSync("promtool", args, { cwd: FOLDER, encoding: "utf8" });
  assert.equal(status, 0, `promtool ${args.join(" ")}\n${stdout}${stderr}`);
}

interface Rule {
  readonly alert?: string;
  readonly annotations?: { readonly runbook_url?: string };
}

function alerts(): (Rule & { readonly alert: string })[] {
  const file = parse(readFileSync(join(FOLDER, "conche.rules.yml"), "utf8")) as {
    groups: { rules: Rule[] }[];
  };
  return file.groups
    .flatMap(({ rules }) => rules)
    .filter((rule): rule is Rule & { alert: string } => rule.alert !== undefined);
}

suite("Prometheus' rules", () => {
  test("configuration and rules are valid", { skip }, () => {
    promtool("check", "config", "prometheus.yml");
  });

  test("each alert fires on what it is for, and none while all is well", { skip }, () => {
    promtool("test", "rules", "conche.rules.test.yml");
  });

  test("each alert is tried by a test", () => {
    const tests = readFileSync(join(FOLDER, "conche.rules.test.yml"), "utf8");
    for (const { alert } of alerts()) assert.ok(tests.includes(`"${alert}"`), `${alert} has no test`);
  });

  test("each alert leads to its section of the runbook, and each section has an alert", () => {
    const runbook = readFileSync(join(ROOT, "docs", "runbook.md"), "utf8");
    const sections = [...runbook.matchAll(/^## (\S+)$/gm)].map(([, name]) => name);
    assert.deepEqual(
      sections.sort(),
      alerts()
        .map(({ alert }) => alert)
        .sort(),
    );
    for (const { alert, annotations } of alerts()) {
      assert.equal(annotations?.runbook_url, `docs/runbook.md#${alert.toLowerCase()}`);
    }
  });
});
