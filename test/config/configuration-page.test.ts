import assert from "node:assert/strict";
import { test } from "node:test";
import { configurationPage } from "../../src/config/configuration-page.ts";
import { SETTINGS } from "../../src/config/setting-list.ts";

test("every setting stands on the page with its three names", () => {
  const page = configurationPage();
  for (const { name, flag, env, notInFile } of SETTINGS) {
    const row = page.split("\n").find((line) => line.includes(`\`${env}\``));
    assert.ok(row !== undefined, env);
    assert.ok(notInFile || row.includes(`| \`${name}\` |`), name);
    assert.ok(flag === null || row.includes(`\`${flag}`), name);
  }
});

test("names are unique, and a secret has no flag", () => {
  const names = SETTINGS.map((setting) => setting.name);
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(
    SETTINGS.filter((setting) => setting.secret).map((setting) => [setting.name, setting.flag]),
    [
      ["mqtt-key-passphrase", null],
      ["http-key-passphrase", null],
      ...["", "local-", "cloud-"].flatMap((prefix) => [
        [`${prefix}password`, null],
        [`${prefix}key-passphrase`, null],
      ]),
      ["authority-passphrase", null],
      ["identity-passphrase", null],
      ["signing-key-passphrase", null],
    ],
  );
});
