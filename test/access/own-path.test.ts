import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ownPath } from "../../src/access/own-path.ts";

const OWN = "https://conche.plant.example";

test("pages of the dashboard are led to as they are", () => {
  for (const path of [
    "/",
    "/alarms",
    "/machine/tunis-01/line-a/s5_tempering/temper-01?from=1&tags=a,b",
    "/apiary",
  ]) {
    assert.equal(ownPath(path), path);
  }
});

test("whatever leads elsewhere, or to the API, leads to the first page", () => {
  const elsewhere = [
    ...["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example"],
    ...[
      "/.//evil.example",
      "/a/..//evil.example",
      "javascript:alert(1)",
      "evil",
      "",
      "/api/now",
      "/api",
      "/API/x",
    ],
    ...[undefined, null, 7, ["/alarms"], `/${"a".repeat(600)}`],
  ];
  for (const wanted of elsewhere) assert.equal(ownPath(wanted), "/", JSON.stringify(wanted));
});

test("whatever is wanted: a browser stays with us, and nothing ends the header", () => {
  const part = fc.constantFrom(
    "/",
    "\\",
    ".",
    "..",
    "//",
    "evil.example",
    "@",
    ":",
    "?",
    "#",
    "\t",
    "\r\n",
    "%2f",
    "%5c",
    "a",
  );
  const wanted = fc.oneof(
    fc.string(),
    fc.array(part, { maxLength: 12 }).map((parts) => `/${parts.join("")}`),
  );
  fc.assert(
    fc.property(wanted, (text) => {
      const path = ownPath(text);
      assert.equal(new URL(path, OWN).origin, OWN);
      assert.match(path, /^\/(?![/\\])[\x21-\x7e]*$/);
    }),
  );
});
