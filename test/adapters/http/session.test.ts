import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { suite, test } from "node:test";
import { bearer, type GuardedServer, guardedServer } from "./guarded-server.ts";

const ACTING = { "x-conche-request": "1", "content-type": "application/json" };

function logIn({ url }: GuardedServer, body: object, headers: Record<string, string> = ACTING) {
  return fetch(`${url}/api/session`, { method: "POST", headers, body: JSON.stringify(body) });
}

/** The cookie that a browser would send back. */
function cookieFrom(response: Response): { readonly cookie: string } {
  const [cookie = ""] = (response.headers.get("set-cookie") ?? "").split(";");
  return { cookie };
}

suite("sessions of the dashboard", () => {
  test("a token begins a session, which reads and acts as the token may, and says who it is", async (t) => {
    const server = await guardedServer(t);
    const before = await fetch(`${server.url}/api/session`);
    assert.deepEqual(await before.json(), {
      login: "required",
      name: null,
      role: null,
      ends_at: null,
      provider: null,
    });
    assert.equal(server.audited.length, 0, "a page that asks is no attempt");
    const started = await logIn(server, { token: ` ${server.secrets.operator}\n` });
    assert.equal(started.status, 200);
    const said = (await started.json()) as { ends_at: string };
    const { ends_at, ...who } = said;
    assert.deepEqual(who, { login: "required", name: "a operator", role: "operator", provider: null });
    assert.ok(Date.parse(ends_at) > Date.now());
    const set = started.headers.get("set-cookie") ?? "";
    assert.match(set, new RegExp(`^conche-${server.port}=[^;]+; Path=/; HttpOnly; SameSite=Strict$`));
    assert.ok(!set.includes(server.secrets.operator));
    const cookie = cookieFrom(started);
    assert.equal((await fetch(`${server.url}/api/now`, { headers: cookie })).status, 200);
    assert.deepEqual(server.asked.at(-1)?.login, { name: "a operator", role: "operator", by: "session" });
    const release = { method: "POST", headers: { ...cookie, ...ACTING }, body: "{}" };
    assert.equal((await fetch(`${server.url}/api/holds/x/release`, release)).status, 403);
    assert.equal(
      ((await (await fetch(`${server.url}/api/session`, { headers: cookie })).json()) as { name: string })
        .name,
      "a operator",
    );
    assert.deepEqual(
      server.audited.map(({ kind, subject }) => [kind, subject]),
      [
        ["login", "a operator"],
        ["request-refused", "a operator"],
      ],
    );
  });

  test("behind HTTPS the cookie is Secure and bound to the host", async (t) => {
    const server = await guardedServer(t);
    const started = await logIn(
      server,
      { token: server.secrets.viewer },
      { ...ACTING, "x-forwarded-proto": "https" },
    );
    assert.match(
      started.headers.get("set-cookie") ?? "",
      /^__Host-conche-\d+=[^;]+; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
    );
    const cookie = cookieFrom(started);
    const ask = (headers: Record<string, string>) => fetch(`${server.url}/api/now`, { headers });
    assert.equal((await ask({ ...cookie, "x-forwarded-proto": "https" })).status, 200);
    assert.equal((await ask(cookie)).status, 401);
  });

  test("a page of another server can neither act with a session nor begin one", async (t) => {
    const server = await guardedServer(t);
    const cookie = cookieFrom(await logIn(server, { token: server.secrets.admin }));
    const act = (headers: Record<string, string>) =>
      fetch(`${server.url}/api/holds/x/release`, {
        method: "POST",
        headers: { "content-type": "application/json", ...cookie, ...headers },
        body: "{}",
      });
    assert.equal((await act({})).status, 403);
    assert.equal((await act({ "x-conche-request": "1", origin: "https://elsewhere.example" })).status, 403);
    for (const site of ["cross-site", "same-site"]) {
      const answer = await act({ "x-conche-request": "1", "sec-fetch-site": site });
      assert.equal(answer.status, 403, site);
      assert.equal(((await answer.json()) as { code: string }).code, "CONCHE_REQUEST_FOREIGN");
    }
    assert.equal(server.asked.length, 0);
    assert.equal((await act({ "x-conche-request": "1", "sec-fetch-site": "same-origin" })).status, 200);
    const headers = { "content-type": "application/json" };
    assert.equal((await logIn(server, { token: server.secrets.viewer }, headers)).status, 403);
    assert.equal(
      (
        await logIn(
          server,
          { token: server.secrets.viewer },
          { ...ACTING, origin: "https://elsewhere.example" },
        )
      ).status,
      403,
    );
    // A program's token is sent by nobody but the program.
    const program = { ...headers, ...bearer(server.secrets.admin) };
    assert.equal(
      (await fetch(`${server.url}/api/holds/x/release`, { method: "POST", headers: program, body: "{}" }))
        .status,
      200,
    );
  });

  test("wrong tokens, odd bodies and a used code are refused, and audited", async (t) => {
    const server = await guardedServer(t);
    assert.equal((await logIn(server, { token: "wrong" })).status, 401);
    for (const body of [{}, { token: 5 }, { token: "a", code: "b" }, []]) {
      assert.equal((await logIn(server, body)).status, 400, JSON.stringify(body));
    }
    const [token] = server.store.list();
    const code = server.store.loginCode(token?.id ?? 0, Date.now() + 60_000, Date.now());
    assert.equal((await logIn(server, { code })).status, 200);
    assert.equal((await logIn(server, { code })).status, 401);
    assert.deepEqual(
      server.audited.filter(({ kind }) => kind === "login-refused").map(({ object }) => object),
      ["POST /api/session", "POST /api/session"],
    );
  });

  test("a session ends: logged out, idle, over, its token revoked; a made-up one never was", async (t) => {
    const server = await guardedServer(t);
    const status = async (cookie: { cookie: string }) =>
      (await fetch(`${server.url}/api/now`, { headers: cookie })).status;
    const begin = async () => cookieFrom(await logIn(server, { token: server.secrets.viewer }));
    const out = await begin();
    assert.equal(await status(out), 200);
    const left = await fetch(`${server.url}/api/session`, {
      method: "DELETE",
      headers: { ...out, "x-conche-request": "1" },
    });
    assert.equal(left.status, 204);
    assert.match(left.headers.get("set-cookie") ?? "", /Max-Age=0/);
    assert.equal(await status(out), 401);
    assert.equal(server.audited.at(-2)?.kind, "logout");
    const idle = await begin();
    server.pass(600_000);
    assert.equal(await status(idle), 401);
    const busy = await begin();
    for (let quarter = 0; quarter < 7; quarter++) {
      server.pass(500_000);
      assert.equal(await status(busy), 200);
    }
    server.pass(100_000);
    assert.equal(await status(busy), 401, "its hour is over");
    const revoked = await begin();
    server.store.revoke("a viewer", Date.now());
    assert.equal(await status(revoked), 401);
    assert.equal(await status({ cookie: `conche-${server.port}=made-up` }), 401);
  });

  test("the stream of changes ends with the session", async (t) => {
    const server = await guardedServer(t);
    const cookie = cookieFrom(await logIn(server, { token: server.secrets.viewer }));
    const request = httpRequest({ host: "127.0.0.1", port: server.port, path: "/api/live", headers: cookie });
    const ended = new Promise<string>((resolve, reject) => {
      request.on("error", reject);
      request.on("response", (response) => {
        let text = "";
        response.on("data", (part) => {
          if (text === "") server.store.revoke("a viewer", Date.now());
          text += part;
        });
        response.on("end", () => resolve(text));
      });
      request.end();
    });
    assert.match(await ended, /^retry:/);
    assert.equal(server.live.readers, 0);
  });

  test("where nobody has to log in, it says so", async (t) => {
    const server = await guardedServer(t);
    t.mock.method(server.logins, "required", () => false);
    const answer = await fetch(`${server.url}/api/session`);
    assert.deepEqual(await answer.json(), {
      login: "none",
      name: null,
      role: "admin",
      ends_at: null,
      provider: null,
    });
  });
});
