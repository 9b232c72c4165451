import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { DESK_ROLES, mayAs } from "../../../src/access/access-document.ts";
import { I3X_BASE, I3X_QUESTIONS } from "../../../src/api/i3x/questions.ts";
import {
  ACTION_ROLES,
  I3X_ROLES,
  type NeededRole,
  PAGE_ROLES,
  roleOf,
} from "../../../src/api/route-roles.ts";
import { ROUTES } from "../../../src/api/routes.ts";
import { bearer, type GuardedServer, guardedServer } from "./guarded-server.ts";

interface OpenApi {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<Record<string, { readonly operationId: string; readonly "x-required-role": NeededRole }>>
    >
  >;
}

const ACTING = { "x-conche-request": "1", "content-type": "application/json" };

/** Asks, and lets go of answers that don't end. */
async function ask({ url }: GuardedServer, method: string, path: string, headers: Record<string, string>) {
  const controller = new AbortController();
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...headers, ...(method === "GET" ? {} : { "content-type": "application/json" }) },
    signal: controller.signal,
    ...(method === "GET" || method === "DELETE" ? {} : { body: "{}" }),
  });
  const type = response.headers.get("content-type") ?? "";
  const text = type.startsWith("text/event-stream") ? "" : await response.text();
  controller.abort();
  return { status: response.status, type, text, headers: response.headers };
}

suite("which role may what over HTTP", () => {
  test("every action stands in the table, and nothing else does; what reads is a viewer's", () => {
    const actions = ROUTES.filter(({ method }) => method !== "GET").map(({ name }) => name);
    assert.deepEqual(Object.keys(ACTION_ROLES).sort(), actions.sort());
    for (const route of ROUTES) if (route.method === "GET") assert.equal(roleOf(route), "viewer");
    assert.equal(roleOf({ method: "POST", name: "somethingNew" }), "admin");
  });

  test("each role on each route of OpenAPI: let in, or 403; without login 401, and nobody is asked", async (t) => {
    const server = await guardedServer(t);
    const said = await ask(server, "GET", "/api/openapi.json", bearer(server.secrets.viewer));
    const document: OpenApi = JSON.parse(said.text);
    // i3X has a description of its own, which is pointed to.
    assert.match(said.text, new RegExp(`${I3X_BASE} and described by`));
    let walked = 0;
    for (const [path, methods] of Object.entries(document.paths)) {
      const url = path.replaceAll(/\{\w+\}/g, "x");
      for (const [verb, { operationId, "x-required-role": needed }] of Object.entries(methods)) {
        const method = verb.toUpperCase();
        if (needed === "anybody") {
          assert.match(path, /^\/api\/session(\/oidc(\/callback)?)?$/);
          continue;
        }
        const route = ROUTES.find(({ name }) => name === operationId);
        assert.equal(needed, route === undefined ? PAGE_ROLES["/api/live"] : roleOf(route), operationId);
        const before = server.asked.length;
        const nobody = await ask(server, method, url, {});
        assert.equal(nobody.status, 401, `${method} ${path} without login`);
        assert.equal(JSON.parse(nobody.text).code, "CONCHE_LOGIN_NEEDED");
        assert.match(nobody.headers.get("www-authenticate") ?? "", /^Bearer/);
        const wrong = await ask(server, method, url, bearer("conche_wrong"));
        assert.ok([401, 429].includes(wrong.status), `${path}: ${wrong.status}`);
        assert.equal(server.asked.length, before);
        for (const role of DESK_ROLES) {
          const { status, text } = await ask(server, method, url, bearer(server.secrets[role]));
          const may = mayAs(role, needed);
          assert.equal(status, may ? 200 : 403, `${method} ${path} as ${role}: ${text}`);
          if (!may) assert.equal(JSON.parse(text).code, "CONCHE_ROLE_MISSING");
          walked++;
        }
      }
    }
    assert.ok(walked > 4 * ROUTES.length, String(walked));
  });

  test("i3X but for its info, metrics and paths that there aren't ask, too; health doesn't, and says its details to whoever is known", async (t) => {
    const server = await guardedServer(t);
    for (const { method, path } of I3X_QUESTIONS) {
      const url = `${I3X_BASE}${path}`;
      const nobody = await ask(server, method, url, {});
      assert.equal(nobody.status, 401, url);
      const { success, responseDetail } = JSON.parse(nobody.text);
      assert.deepEqual([success, responseDetail.title], [false, "Unauthorized"], url);
      assert.match(nobody.headers.get("www-authenticate") ?? "", /^Bearer/);
      for (const role of DESK_ROLES) {
        const { status } = await ask(server, method, url, bearer(server.secrets[role]));
        assert.equal(status, mayAs(role, I3X_ROLES[method]) ? 200 : 403, `${method} ${url} as ${role}`);
      }
    }
    // The guide has it that clients find out what they speak to before they log in; it takes no turn of who has.
    const before = server.asked.length;
    assert.equal((await ask(server, "GET", `${I3X_BASE}/info`, {})).status, 200);
    assert.equal((await ask(server, "GET", `${I3X_BASE}/info`, bearer("conche_wrong"))).status, 200);
    assert.equal(server.asked.length, before);
    for (const path of ["/metrics", "/api/nothing", "/api/i3x/v1/nothing", "/api/openapi.json"]) {
      assert.equal((await ask(server, "GET", path, {})).status, 401, path);
    }
    for (const path of ["/subscriptions", "/subscriptions/stream", "/subscriptions/sync"]) {
      assert.equal((await ask(server, "POST", `${I3X_BASE}${path}`, {})).status, 401, path);
    }
    assert.equal((await ask(server, "GET", "/metrics", bearer(server.secrets.viewer))).text, "conche_up 1\n");
    for (const path of ["/healthz", "/readyz"]) {
      const probe = await ask(server, "GET", path, {});
      assert.equal(probe.status, 200);
      assert.ok(!probe.text.includes("a detail"));
      assert.match((await ask(server, "GET", path, bearer(server.secrets.viewer))).text, /a detail/);
    }
  });

  test("who was refused what is audited, by the route and not by what was typed", async (t) => {
    const server = await guardedServer(t);
    await ask(server, "POST", "/api/holds/very-long-id/release", bearer(server.secrets.operator));
    await ask(server, "GET", "/api/now", bearer("conche_wrong"));
    await ask(server, "GET", "/api/now", {});
    assert.deepEqual(
      server.audited.map(({ kind, subject, object }) => [kind, subject, object]),
      [
        ["request-refused", "a operator", "POST /api/holds/:hold_id/release"],
        ["login-refused", null, "GET /api/now"],
        ["request-refused", null, "GET /api/now"],
      ],
    );
    assert.ok(!JSON.stringify(server.audited).includes("conche_wrong"));
  });

  test("a right token is let in after any number of wrong ones; these are told to wait", async (t) => {
    const server = await guardedServer(t);
    const statuses: number[] = [];
    for (let index = 0; index < 12; index++) {
      statuses.push((await ask(server, "GET", "/api/now", bearer(`conche_${index}`))).status);
    }
    assert.deepEqual(statuses, [...Array(10).fill(401), 429, 429]);
    assert.equal((await ask(server, "GET", "/api/now", bearer(server.secrets.viewer))).status, 200);
  });

  test("nobody has to log in on this machine while no token was made, and everybody from the first one on", async (t) => {
    const server = await guardedServer(t);
    const { logins } = server;
    t.mock.method(logins, "required", () => false);
    assert.equal((await ask(server, "GET", "/api/now", {})).status, 200);
    assert.equal((await ask(server, "POST", "/api/holds/x/release", ACTING)).status, 200);
    assert.equal(server.asked.at(-1)?.login, undefined);
    t.mock.restoreAll();
    assert.equal((await ask(server, "GET", "/api/now", {})).status, 401);
  });

  test("whoever answers hears who asks", async (t) => {
    const server = await guardedServer(t);
    await ask(server, "POST", "/api/holds/x/release", bearer(server.secrets.quality));
    assert.deepEqual(server.asked.at(-1)?.login, { name: "a quality", role: "quality", by: "token" });
  });
});
