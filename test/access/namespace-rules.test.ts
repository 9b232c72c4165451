import assert from "node:assert/strict";
import { test } from "node:test";
import { NAMESPACE_RULES } from "../../src/access/namespace-rules.ts";

const ANYBODY = { clientId: "temper-01", user: undefined, remote: "127.0.0.1" };

test("only the data center's and the broker's topics are kept from everybody", () => {
  const may = (topic: string) => NAMESPACE_RULES.publishRefusal(ANYBODY, topic) === undefined;
  for (const topic of ["datacenter", "datacenter/", "datacenter/a/b", "$SYS/x", "$"]) assert.ok(!may(topic));
  for (const topic of ["factory/a", "datacenters/x", "Datacenter/a", "/datacenter/a", "a/$SYS"]) {
    assert.ok(may(topic), topic);
  }
});

test("nobody subscribes to the broker's own topics, shared or not, but for $SYS; everybody to the rest", () => {
  const may = (filter: string) => NAMESPACE_RULES.subscribeRefusal(ANYBODY, filter) === undefined;
  for (const filter of ["$own/#", "$SYS", "$share/group/$own/#"]) assert.ok(!may(filter));
  for (const filter of ["#", "$SYS/#", "factory/#", "$share/group/factory/#", "datacenter/+/+/+/+/receipt"])
    assert.ok(may(filter));
  assert.ok(NAMESPACE_RULES.mayReceive(ANYBODY, "datacenter/a/b/c/d/receipt"));
});
