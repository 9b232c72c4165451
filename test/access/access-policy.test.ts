import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ACCESS_TABLE,
  TABLE_ACCESS,
  TABLE_ACCESS_FILE,
  TABLE_PLANT,
  tablePolicy,
} from "../../scripts/access-table.ts";
import { DEFAULT_ACCESS } from "../../src/access/access-document.ts";
import { accessPolicy } from "../../src/access/access-policy.ts";
import { policyRules } from "../../src/access/policy-rules.ts";
import { readAccess } from "../../src/access/read-access.ts";
import { RightsCheck } from "../../src/access/rights.ts";
import { readYaml } from "../../src/adapters/yaml/read-yaml.ts";

const subject = (user: string | undefined) => ({ clientId: "any", user, remote: "127.0.0.1" });
const CONCHE = "plant-01/line-a/s4_conching/conche-01";

test("the rules decide every attempt of the table as it must end", () => {
  const rules = policyRules(tablePolicy());
  const wrong = ACCESS_TABLE.filter(({ who, does, topic, allowed }) => {
    const refusal =
      does === "subscribe"
        ? rules.subscribeRefusal(subject(who), topic)
        : rules.publishRefusal(subject(who), topic);
    return (refusal === undefined) !== allowed;
  });
  assert.deepEqual(wrong, []);
});

test("a share is taken by data centers only, of what they may read", () => {
  const [center, desk] = ["datacenter/main", "desk/wallboard"].map((who) => {
    const rights = tablePolicy().get(who);
    assert.ok(rights !== undefined);
    return new RightsCheck(rights);
  });
  assert.ok(center?.maySubscribe("$share/ingest/factory/#"));
  for (const filter of ["$share/ingest/#", "$share//factory/#", "$share/ingest", "$shared/x/factory/#"])
    assert.ok(!center?.maySubscribe(filter), filter);
  assert.ok(!desk?.maySubscribe("$share/ingest/factory/#"));
});

test("without an identity, and with one that nobody knows, nothing is allowed", () => {
  const rules = policyRules(tablePolicy());
  for (const who of [undefined, "", "plant-01", "desk/nobody", "toString", "__proto__"]) {
    assert.ok(rules.publishRefusal(subject(who), `factory/${CONCHE}/state`), String(who));
    assert.ok(rules.subscribeRefusal(subject(who), "factory/#"), String(who));
    assert.ok(!rules.mayReceive(subject(who), `datacenter/${CONCHE}/receipt`), String(who));
  }
});

test("a policy that is replaced counts from the next question on, and moves the epoch", () => {
  const rules = policyRules(tablePolicy());
  const before = rules.epoch;
  assert.equal(rules.publishRefusal(subject(CONCHE), `factory/${CONCHE}/state`), undefined);
  rules.replace(tablePolicy(new Set([CONCHE])));
  assert.ok(rules.epoch > before);
  assert.match(rules.publishRefusal(subject(CONCHE), `factory/${CONCHE}/state`) ?? "", /know nobody/);
  assert.ok(!rules.mayReceive(subject(CONCHE), `datacenter/${CONCHE}/receipt`));
  rules.replace(tablePolicy());
  assert.equal(rules.publishRefusal(subject(CONCHE), `factory/${CONCHE}/state`), undefined);
});

test("an access file names what the plant has, and only what is known", () => {
  assert.equal(readAccess(TABLE_ACCESS, TABLE_PLANT).kind, "access");
  assert.deepEqual(readYaml(TABLE_ACCESS_FILE).value, TABLE_ACCESS);
  assert.equal(readAccess(DEFAULT_ACCESS, TABLE_PLANT).kind, "access");
  const findings = (document: object) => {
    const reading = readAccess({ access: 1, ...document }, TABLE_PLANT);
    return reading.kind === "invalid" ? reading.findings.map(({ path }) => path.join(".")) : [];
  };
  assert.deepEqual(findings({ gateways: { g: { for: ["plant-01/line-c", "plant-01", "else"] } } }), [
    "gateways.g.for.0",
    "gateways.g.for.2",
  ]);
  assert.deepEqual(findings({ gateways: { g: { for: ["#"] } } }), ["gateways.g.for.0"]);
  assert.deepEqual(findings({ desks: { d: { role: "king" } } }), ["desks.d.role"]);
  assert.deepEqual(findings({ desks: { d: { role: "admin", at: ["plant-01/line-z"] } } }), ["desks.d.at.0"]);
  assert.notDeepEqual(findings({ desks: { "a/b": { role: "admin" } } }), []);
  assert.notDeepEqual(findings({ machines: ["plant-01/line-a/+/x"] }), []);
  assert.notDeepEqual(findings({ surprise: 1 }), []);
});

test("a plant without an access file has its machines, the data center and its desks", () => {
  const policy = accessPolicy({ plant: TABLE_PLANT, document: DEFAULT_ACCESS });
  assert.deepEqual(
    [...policy.keys()],
    [...TABLE_PLANT.machines, "datacenter/main", "desk/dashboard", "desk/shell"],
  );
});
