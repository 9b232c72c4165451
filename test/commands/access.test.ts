import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../system/fault-matrix/data-center.ts";
import { runConche } from "./run-conche.ts";

const CONCHE = "tunis-01/line-a/s4_conching/conche-01";

test("conche access show lists everybody, and what one of them may", async () => {
  const all = await runConche(["access", "show"]);
  assert.equal(all.code, 0, all.err);
  for (const identity of [CONCHE, "datacenter/main", "desk/dashboard"]) assert.ok(all.out.includes(identity));
  const one = await runConche(["access", "show", CONCHE, "--json"]);
  assert.deepEqual(JSON.parse(one.out).read, [
    `datacenter/${CONCHE}/receipt`,
    `datacenter/${CONCHE}/command`,
  ]);
  const nobody = await runConche(["access", "show", "desk/nobody"]);
  assert.match(nobody.err, /CONCHE_ACCESS_UNKNOWN/);
});

test("conche access render writes each format, and says which there are", async () => {
  const acl = await runConche(["access", "render", "mosquitto"]);
  assert.match(acl.out, /^user tunis-01\/line-a\/s4_conching\/conche-01\ntopic write factory\//m);
  const patterns = await runConche(["access", "render", "mosquitto", "--patterns"]);
  assert.match(patterns.out, /^pattern write factory\/%u\/telemetry$/m);
  assert.ok(!patterns.out.includes("conche-01"));
  const rules = JSON.parse((await runConche(["access", "render", "mosquitto-dynsec"])).out);
  assert.ok(rules.clients.some(({ username }: { username: string }) => username === "datacenter/main"));
  assert.match((await runConche(["access", "render", "emqx"])).out, /\{deny, all\}\.\n$/);
  assert.match((await runConche(["access", "render", "nats"])).err, /CONCHE_USAGE.*mosquitto-dynsec, emqx/);
  assert.match((await runConche(["access", "render", "emqx", "--patterns"])).err, /CONCHE_USAGE/);
});

test("conche access render lets a desk that is named control Mosquitto, and nobody else", async () => {
  const render = (...words: string[]) => runConche(["access", "render", ...words]);
  const plain = await render("mosquitto-dynsec");
  assert.ok(!plain.out.includes("$CONTROL"));
  const { roles } = JSON.parse((await render("mosquitto-dynsec", "--control", "desk/dashboard")).out);
  const may = roles.filter(({ acls }: { acls: object[] }) => JSON.stringify(acls).includes("$CONTROL"));
  assert.deepEqual(
    may.map(({ rolename }: { rolename: string }) => rolename),
    ["desk/dashboard"],
  );
  for (const nobody of ["desk/nobody", CONCHE, "datacenter/main"]) {
    const refused = await render("mosquitto-dynsec", "--control", nobody);
    assert.match(refused.err, /CONCHE_USAGE.*is no desk of the access file/, nobody);
  }
  assert.match((await render("mosquitto", "--control", "desk/dashboard")).err, /CONCHE_USAGE/);
});

test("an access file is taken with its switch only, and everything that is wrong with it is said", async (context) => {
  const folder = await temporaryFolder(context);
  const file = join(folder, "access.yaml");
  await writeFile(file, "access: 1\ngateways:\n  hall: { for: [tunis-01/line-z] }\n");
  const open = await runConche(["access", "show", "--access-file", file]);
  assert.match(open.err, /CONCHE_CONFIG_INVALID[\s\S]*access-file[\s\S]*access: policy/);
  const wrong = await runConche(["access", "show", "--access", "policy", "--access-file", file]);
  assert.match(
    wrong.err,
    /CONCHE_ACCESS_INVALID[\s\S]*access\.yaml:3 .*the plant has no line tunis-01\/line-z/,
  );
  const missing = await runConche([
    ...["access", "show", "--access", "policy"],
    ...["--access-file", join(folder, "none.yaml")],
  ]);
  assert.match(missing.err, /CONCHE_ACCESS_UNREADABLE/);
});

test("rules are refused where nobody has to say who they are", async (context) => {
  const data = await temporaryFolder(context);
  const { code, err } = await runConche([
    ...["datacenter", "--data", data, "--access", "policy"],
    ...["--mqtt-port", "0", "--http-port", "0", "--for", "1"],
  ]);
  assert.notEqual(code, 0);
  assert.match(err, /CONCHE_ACCESS_ANONYMOUS/);
});
