import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { identityFolder, identityKindOf } from "../../src/access/certificate-identity.ts";
import {
  expiringWithin,
  type IssuedCertificate,
  provisionPlan,
  stillValid,
} from "../../src/access/provision-plan.ts";

const DAY = 86_400_000;
const MACHINE = "plant-01/line-a/s4_conching/conche-01";

function issued(name: string, order: number, more: Partial<IssuedCertificate> = {}): IssuedCertificate {
  const serial = `4${order}`;
  return {
    name,
    order,
    serial,
    notBeforeMs: 0,
    notAfterMs: 100 * DAY,
    hosts: [],
    issuer: "CN=Issuing authority",
    revokedMs: undefined,
    ...more,
  };
}

test("the common name says who somebody is; anything else says nothing", () => {
  assert.equal(identityKindOf(MACHINE), "machine");
  assert.equal(identityKindOf("gateway/edge-01"), "gateway");
  assert.equal(identityKindOf("datacenter/main"), "datacenter");
  assert.equal(identityKindOf("desk/dashboard"), "desk");
  assert.equal(identityKindOf("server/broker"), "server");
  for (const wrong of [
    "",
    "desk",
    "desk/",
    "desk/A",
    "desk/a/b",
    "root/x",
    "plant/line/x/y",
    `${MACHINE}/state`,
    "a/b/s1_x/+",
  ])
    assert.equal(identityKindOf(wrong), undefined, wrong);
  assert.equal(identityFolder(MACHINE), `machine/${MACHINE}`);
  assert.equal(identityFolder("desk/dashboard"), "desk/dashboard");
});

test("who has none gets one, who has a good one keeps it, who was revoked stays out", () => {
  const plan = provisionPlan(
    [{ name: MACHINE }, { name: "desk/a" }, { name: "desk/b" }, { name: "desk/c" }],
    [issued("desk/a", 1), issued("desk/b", 2, { revokedMs: DAY }), issued("desk/c", 3, { notAfterMs: DAY })],
    2 * DAY,
  );
  assert.deepEqual(plan.issue, [
    { name: MACHINE, hosts: [], why: "new" },
    { name: "desk/c", hosts: [], why: "expired" },
  ]);
  assert.deepEqual([plan.kept, plan.revoked, plan.strangers], [["desk/a"], ["desk/b"], []]);
});

test("a server with other hosts gets another certificate, the same hosts in another order don't", () => {
  const before = [issued("server/broker", 1, { hosts: ["localhost", "10.1.2.3"] })];
  const plan = (hosts: readonly string[] | undefined) =>
    provisionPlan([{ name: "server/broker", hosts }], before, DAY).issue.map(({ why }) => why);
  assert.deepEqual(plan(["10.1.2.3", "localhost"]), []);
  assert.deepEqual(plan(undefined), []);
  assert.deepEqual(plan(["localhost"]), ["hosts"]);
});

test("the last certificate counts: one that lets in again, and one that replaced another", () => {
  const before = [
    issued("desk/a", 1, { revokedMs: 1 }),
    issued("desk/a", 2),
    issued(MACHINE, 3),
    issued(MACHINE, 4),
  ];
  const plan = provisionPlan([{ name: "desk/a" }], before, DAY);
  assert.deepEqual([plan.kept, plan.revoked, plan.strangers], [["desk/a"], [], [MACHINE]]);
  assert.deepEqual(
    stillValid(before, MACHINE, DAY).map(({ order }) => order),
    [3, 4],
  );
  assert.deepEqual(
    expiringWithin(before, 100 * DAY, DAY).map(({ order }) => order),
    [2, 4],
  );
});

test("whatever was before: once the plan was carried out, the same wishes need nothing more", () => {
  const name = fc.constantFrom("desk/a", "desk/b", "gateway/g", "server/s", MACHINE);
  const hosts = fc.option(
    fc.uniqueArray(fc.constantFrom("localhost", "10.0.0.1", "b.example"), { maxLength: 3 }),
    {
      nil: undefined,
    },
  );
  const history = fc.array(
    fc.record({
      name,
      notAfterMs: fc.integer({ min: 0, max: 100 * DAY }),
      hosts: fc.uniqueArray(fc.constantFrom("localhost", "10.0.0.1"), { maxLength: 2 }),
      revokedMs: fc.option(fc.integer({ min: 0, max: DAY }), { nil: undefined }),
    }),
    { maxLength: 12 },
  );
  const wishes = fc.uniqueArray(fc.record({ name, hosts }), { selector: (wish) => wish.name });
  fc.assert(
    fc.property(history, wishes, (past, wanted) => {
      const before = past.map((one, index) => issued(one.name, index + 1, one));
      const plan = provisionPlan(wanted, before, 50 * DAY);
      assert.equal(plan.issue.length + plan.kept.length + plan.revoked.length, wanted.length);
      const after = [
        ...before,
        ...plan.issue.map((one, index) =>
          issued(one.name, before.length + index + 1, { hosts: one.hosts ?? [] }),
        ),
      ];
      const again = provisionPlan(wanted, after, 50 * DAY);
      assert.deepEqual(again.issue, []);
      assert.deepEqual(again.revoked, plan.revoked);
    }),
  );
});
