import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { PasswordFile } from "../../src/adapters/credentials/password-file.ts";
import { afterwards } from "../servers/afterwards.ts";
import { runConche } from "./run-conche.ts";

test("passwd writes users the broker accepts, from standard input, and never shows the password", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "conche-passwd-"));
  afterwards(context, () => rm(folder, { recursive: true }));
  const file = join(folder, "passwords");

  const first = await runConche(["passwd", file, "temper-01"], { input: "geheim\nsecond line\n" });
  assert.deepEqual([first.code, first.err], [0, ""]);
  await runConche(["passwd", file, "mixer-02"], { input: "anderes" });
  assert.doesNotMatch(first.out + (await readFile(file, "utf8")), /geheim|anderes/);

  const users = await PasswordFile.load(file, assert.fail);
  assert.equal(await users.login("temper-01", Buffer.from("geheim")), "accepted");
  assert.equal(await users.login("mixer-02", Buffer.from("anderes")), "accepted");
  assert.equal(await users.login("temper-01", Buffer.from("anderes")), "wrong");
});

test("no password, a bad name or a file of another form change nothing", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "conche-passwd-"));
  afterwards(context, () => rm(folder, { recursive: true }));
  const file = join(folder, "passwords");
  await writeFile(file, "not a password file\n");

  const [none, name, form] = await Promise.all([
    runConche(["passwd", file, "temper-01"]),
    runConche(["passwd", file, "a:b"], { input: "geheim\n" }),
    runConche(["passwd", file, "temper-01"], { input: "geheim\n" }),
  ]);
  assert.match(none.err, /^conche: CONCHE_USAGE: no password was given/);
  assert.equal(none.code, 2);
  assert.match(name.err, /^conche: CONCHE_PASSWORDS_INVALID: /);
  assert.match(form.err, /^conche: CONCHE_PASSWORDS_INVALID: .*line 1: /s);
  assert.deepEqual([name.code, form.code], [1, 1]);
  assert.equal(await readFile(file, "utf8"), "not a password file\n");
});
