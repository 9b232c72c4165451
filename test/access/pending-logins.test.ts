import assert from "node:assert/strict";
import { test } from "node:test";
import { LOGIN_LASTS_MS, PendingLogins } from "../../src/access/pending-logins.ts";
import type { ConcheError } from "../../src/errors/conche-error.ts";

function pending(state: string, browser: string, origin: string, startedMs: number) {
  return { browser, origin, to: "/", startedMs, proof: { state, nonce: "n", verifier: "v" } };
}

const says = (code: string) => (error: unknown) => (error as ConcheError).code === code;

test("a login is found in the browser that began it, once, within ten minutes", () => {
  const logins = new PendingLogins();
  logins.add(pending("s", "b", "10.0.0.1", 0));
  assert.ok(logins.knows("b", 1));
  assert.ok(!logins.knows("c", 1));
  assert.throws(() => logins.find("s", "c", 1), says("CONCHE_OIDC_STATE"));
  assert.throws(() => logins.find("s", undefined, 1), says("CONCHE_OIDC_STATE"));
  assert.throws(() => logins.find(null, "b", 1), says("CONCHE_OIDC_STATE"));
  const found = logins.find("s", "b", LOGIN_LASTS_MS - 1);
  logins.use(found);
  assert.throws(() => logins.find("s", "b", LOGIN_LASTS_MS - 1), says("CONCHE_OIDC_REPLAYED"));
  assert.throws(() => logins.find("s", "b", LOGIN_LASTS_MS), says("CONCHE_OIDC_STATE"));
  assert.equal(logins.size, 0);
});

test("who begins logins by the thousand throws out their own, and nobody else's", () => {
  const logins = new PendingLogins();
  logins.add(pending("somebody", "b", "10.0.0.1", 0));
  for (let index = 0; index < 5_000; index++)
    logins.add(pending(`s${index}`, "flood", "10.0.0.2", 1 + index));
  assert.equal(logins.size, 1_000);
  assert.ok(logins.find("somebody", "b", 6_000));
  assert.throws(() => logins.find("s0", "flood", 6_000), says("CONCHE_OIDC_STATE"));
  assert.ok(logins.find("s4999", "flood", 6_000));
});
