import assert from "node:assert/strict";
import { test } from "node:test";
import { ConcheError } from "../../../src/errors/conche-error.ts";
import { bearer, guardedServer } from "./guarded-server.ts";

test("tokens that can't be read let nobody in, and probes are answered all the same", async (t) => {
  const { url, logins, secrets } = await guardedServer(t);
  t.mock.method(logins, "required", () => {
    throw new ConcheError("CONCHE_LOG_BUSY", { message: "database is locked: tokens.db", retryable: true });
  });
  for (const path of ["/healthz", "/readyz"]) {
    const probe = await fetch(`${url}${path}`);
    assert.equal(probe.status, 200);
    assert.ok(!(await probe.text()).includes("a detail"));
  }
  for (const path of ["/api/now", "/metrics", "/api/session", "/api/live"]) {
    const answer = await fetch(`${url}${path}`, { headers: bearer(secrets.admin) });
    assert.equal(answer.status, 503, path);
    assert.equal(((await answer.json()) as { code: string }).code, "CONCHE_LOG_BUSY");
  }
});
