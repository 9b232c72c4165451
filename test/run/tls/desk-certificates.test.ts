import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { AuditEvent } from "../../../src/access/audit.ts";
import { loadPlant } from "../../../src/adapters/yaml/load-plant.ts";
import { loadConfig } from "../../../src/config/load-config.ts";
import { DeskCertificates } from "../../../src/run/tls/desk-certificates.ts";
import { httpCertificates } from "../../../src/run/tls/http-certificates.ts";
import { temporaryFolder } from "../../system/fault-matrix/data-center.ts";
import { MACHINE, pemsOf, plantCertificates } from "../../system/fault-matrix/plant-certificates.ts";

/** Between two looks, milliseconds. */
const LOOK_MS = 50;
const PLANT = join(import.meta.dirname, "../../../plants/chocolate.yaml");

test("a desk's certificate has the role of the access file, as it is now, until it is revoked", async (t) => {
  const folder = await plantCertificates(t);
  const now = Date.now();
  for (const name of ["desk/shift", "desk/unknown", "gateway/hall"]) await folder.issue(name, [], now);
  await folder.renewList(now);
  const file = join(await temporaryFolder(t), "access.yaml");
  const write = (role: string) => writeFile(file, `access: 1\ndesks:\n  shift: { role: ${role} }\n`);
  await write("operator");
  const server = (name: "cert.pem" | "key.pem" | "ca.pem" | "crl.pem") =>
    folder.layout.identity("server/broker", name);
  const config = await loadConfig({
    flags: new Map([
      ["http-cert", server("cert.pem")],
      ["http-key", server("key.pem")],
      ["http-client-ca", server("ca.pem")],
      ["http-crl", server("crl.pem")],
      ["access", "policy"],
      ["access-file", file],
    ]),
    environment: {},
    workingFolder: "/",
    withFile: false,
  });
  const tls = await httpCertificates(config, () => {});
  const unwatch = tls?.watch(() => {});
  t.after(() => unwatch?.());
  const audited: AuditEvent[] = [];
  const audit = { record: (event: AuditEvent) => void audited.push(event) };
  const desks = await DeskCertificates.open(config, await loadPlant(PLANT), tls, audit);
  assert.ok(desks !== undefined);
  t.after(() => desks.close());
  const as = async (name: string) => desks.login(new X509Certificate((await pemsOf(folder, name)).cert));

  const shift = await as("desk/shift");
  assert.ok("login" in shift);
  assert.deepEqual(shift.login, { name: "desk/shift", role: "operator", by: "certificate" });
  assert.ok(shift.stands() && (shift.endsMs ?? 0) > now);
  for (const name of ["desk/unknown", "gateway/hall", MACHINE]) {
    const refused = await as(name);
    assert.ok("refusal" in refused && /is no desk that the access rules know/.test(refused.refusal), name);
  }

  await write("quality");
  while (shift.stands()) await pause(LOOK_MS);
  const promoted = await as("desk/shift");
  assert.ok("login" in promoted && promoted.login.role === "quality");
  assert.deepEqual(
    audited.map(({ kind, subject, detail }) => [kind, subject, detail]),
    [["role-changed", "desk/shift", "operator to quality"]],
  );
  await writeFile(file, "access: 1\ndesks: nonsense\n");
  await folder.revoke("desk/shift", "cessationOfOperation", Date.now());
  while (promoted.stands()) await pause(LOOK_MS);
  const revoked = await as("desk/shift");
  assert.ok("refusal" in revoked && /was revoked/.test(revoked.refusal));
  assert.equal(audited.length, 1, "a file that can't be used changes no role");
});

test("without an authority for clients, certificates log in nobody", async () => {
  const config = await loadConfig({
    flags: new Map(),
    environment: {},
    workingFolder: "/",
    withFile: false,
  });
  const opened = await DeskCertificates.open(config, await loadPlant(PLANT), undefined, { record: () => {} });
  assert.equal(opened, undefined);
});
