import assert from "node:assert/strict";
import { test } from "node:test";
import { ACCESS_TABLE, tablePolicy } from "../../../scripts/access-table.ts";
import { emqxAclConf } from "../../../src/adapters/emqx/acl-conf.ts";
import { type EmqxAction, readAclConf } from "./acl-evaluator.ts";

const rules = readAclConf(emqxAclConf(tablePolicy()));

test("the rendered rules decide every attempt of the table as it must end", () => {
  const wrong = ACCESS_TABLE.filter(({ who, does, topic, allowed, shared }) => {
    // EMQX takes the prefix off before it asks; who may share is a matter of listeners.
    if (shared === true && !allowed) return false;
    const action: EmqxAction = does === "subscribe" ? "subscribe" : "publish";
    return rules.allows(who, action, topic.replace(/^\$share\/[^/]+\//, "")) !== allowed;
  });
  assert.deepEqual(wrong, []);
});

test("without machines, and without anybody, there is still a rule that denies", () => {
  assert.equal(readAclConf(emqxAclConf(new Map())).allows("desk/wallboard", "subscribe", "factory/#"), false);
});

test("a revoked identity has no rule left", () => {
  const text = emqxAclConf(tablePolicy(new Set(["gateway/hall-a", "plant-01/line-a/s4_conching/conche-01"])));
  assert.ok(
    !text.includes("hall-a") && !text.includes('{username, "plant-01/line-a/s4_conching/conche-01"}'),
  );
});
