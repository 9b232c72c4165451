import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TOKEN_NAME } from "../../src/access/access-token.ts";
import { claimAt, nameOfClaims, personOfClaims, roleOfClaims } from "../../src/access/provided-person.ts";
import type { ConcheError } from "../../src/errors/conche-error.ts";

const RULES = {
  roleClaim: "realm_access.roles",
  roles: new Map([["ops", "operator"] as const, ["boss", "admin"] as const]),
  nameClaim: undefined,
};

test("a path leads into objects; the longest name with dots that there is counts", () => {
  assert.deepEqual(claimAt({ realm_access: { roles: ["a"] } }, "realm_access.roles"), ["a"]);
  assert.equal(claimAt({ "https://plant.example/role": "a" }, "https://plant.example/role"), "a");
  assert.equal(
    claimAt({ resource_access: { "conche.plant": { roles: "b" } } }, "resource_access.conche.plant.roles"),
    "b",
  );
  for (const path of ["a.b", "constructor", "__proto__.x", "roles.0", ".", ""]) {
    assert.equal(claimAt({ roles: ["x"] }, path), undefined, path);
  }
});

test("of several values the highest role counts; what has none gives none, and says what there is", () => {
  const claims = (roles: unknown) => ({ sub: "s", realm_access: { roles } });
  assert.equal(roleOfClaims(claims(["boss", "ops"]), RULES), "admin");
  assert.equal(roleOfClaims(claims("ops"), RULES), "operator");
  for (const none of [["Ops"], [], undefined, 7, { ops: true }, [["ops"]]]) {
    assert.equal(roleOfClaims(claims(none), RULES), undefined, JSON.stringify(none));
  }
  assert.throws(
    () => personOfClaims(claims(["visitor"]), RULES, "u"),
    (error: ConcheError) =>
      error.code === "CONCHE_OIDC_ROLE" &&
      /s has "visitor" in the claim realm_access.roles; .* ops, boss/.test(error.message),
  );
});

test("the name is the claim that is set, then preferred_username, then name, then sub", () => {
  const claims = { sub: "s", preferred_username: "amel", name: "Amel Trabelsi", custom: { nick: "am" } };
  assert.equal(nameOfClaims(claims, undefined), "amel");
  assert.equal(nameOfClaims(claims, "custom.nick"), "am");
  assert.equal(nameOfClaims({ ...claims, preferred_username: 7 }, "missing"), "Amel Trabelsi");
  assert.equal(nameOfClaims({ sub: "auth0|12" }, undefined), "auth0 12");
  assert.equal(nameOfClaims({ sub: "|" }, undefined), "unnamed");
});

test("whatever a provider calls somebody, the name is one that tokens may have", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 200 });
  fc.assert(
    fc.property(text, text, (name, sub) => {
      assert.match(nameOfClaims({ sub, name }, undefined), TOKEN_NAME);
    }),
  );
});
