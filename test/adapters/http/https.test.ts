import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, get, request as httpsRequest } from "node:https";
import { connect as connectPlain } from "node:net";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import { HTTP_LIMITS } from "../../../src/adapters/http/http-limits.ts";
import type { HttpTls, HttpTlsMaterial } from "../../../src/adapters/http/tls-server.ts";
import { afterwards } from "../../servers/afterwards.ts";
import { makeAuthority } from "../../servers/certificates.ts";
import { bearer, guardedServer } from "./guarded-server.ts";

const AUTHORITY = makeAuthority();
const FIRST = AUTHORITY.issue("server/first", { hosts: ["127.0.0.1", "localhost", "conche.plant.example"] });
const SECOND = AUTHORITY.issue("server/second", { hosts: ["127.0.0.1"] });

/** Certificates that the test replaces. */
function replaceable(oldestVersion: HttpTlsMaterial["oldestVersion"] = "TLSv1.3", clientCa?: string) {
  let material: HttpTlsMaterial = { ...FIRST, oldestVersion, clientCa };
  const watchers = new Set<() => void>();
  const tls: HttpTls = {
    material: () => material,
    watch: (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
  };
  return {
    tls,
    watchers,
    replace: (next: { cert: string; key: string }) => {
      material = { ...next, oldestVersion, clientCa };
      for (const changed of watchers) changed();
    },
  };
}

async function ask(port: number, path: string, headers: Record<string, string> = {}) {
  const request = get({ host: "127.0.0.1", port, path, headers, ca: AUTHORITY.cert, agent: false });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const { subject } = (response.socket as TLSSocket).getPeerCertificate();
  return {
    status: response.statusCode,
    headers: response.headers,
    body: await text(response),
    name: subject.CN,
  };
}

suite("HTTPS", () => {
  test("the server shows its certificate, and another one as soon as there is one; who is connected stays", async (t) => {
    const { tls, watchers, replace } = replaceable();
    const { port, secrets } = await guardedServer(t, { tls });
    const socket = connect({ host: "127.0.0.1", port, ca: AUTHORITY.cert });
    await once(socket, "secureConnect");
    assert.equal((await ask(port, "/healthz")).name, "server/first");
    replace(SECOND);
    assert.equal((await ask(port, "/healthz")).name, "server/second");
    assert.equal((await ask(port, "/api/views", bearer(secrets.viewer))).status, 200);
    socket.write("GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n");
    assert.match(await text(socket), /^HTTP\/1\.1 200 /);
    assert.equal(watchers.size, 1);
  });

  test("1.3 only unless 1.2 is allowed; nothing in plain text", async (t) => {
    const strict = await guardedServer(t, { tls: replaceable().tls });
    const lenient = await guardedServer(t, { tls: replaceable("TLSv1.2").tls });
    const spoken = async (port: number): Promise<string | null> => {
      const socket = connect({ host: "127.0.0.1", port, ca: AUTHORITY.cert, maxVersion: "TLSv1.2" });
      return new Promise((resolve) => {
        socket.on("secureConnect", () => resolve(socket.getProtocol()));
        socket.on("error", () => resolve("refused"));
        socket.on("close", () => socket.destroy());
      });
    };
    assert.equal(await spoken(strict.port), "refused");
    assert.equal(await spoken(lenient.port), "TLSv1.2");
    const plain = connectPlain(strict.port, "127.0.0.1");
    plain.on("error", () => {});
    plain.write("GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
    assert.ok(!(await text(plain).catch(() => "")).includes("alive"));
  });

  test("who shows a desk's certificate is logged in; nobody else is, and a token still counts", async (t) => {
    const desk = AUTHORITY.issue("desk/shift");
    const stranger = makeAuthority("Another authority").issue("desk/shift");
    const shown: string[] = [];
    let stands = true;
    const { port, secrets, asked } = await guardedServer(t, {
      tls: replaceable("TLSv1.3", AUTHORITY.cert).tls,
      certified: (certificate) => {
        shown.push(certificate.subject);
        if (!stands) return { refusal: "it was revoked", limit: false };
        const login = { name: "desk/shift", role: "operator", by: "certificate" } as const;
        return { login, endsMs: undefined, stands: () => stands };
      },
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    afterwards(t, () => agent.destroy());
    const as = async (
      own: { cert?: string; key?: string },
      method: string,
      path: string,
      headers: Record<string, string> = {},
    ) => {
      const over = {
        host: "127.0.0.1",
        port,
        ca: AUTHORITY.cert,
        ...(own === desk ? { agent } : { agent: false }),
      };
      const request = httpsRequest({ ...over, ...own, method, path, headers });
      request.end(method === "POST" ? "{}" : "");
      const [response] = (await once(request, "response")) as [IncomingMessage];
      await text(response);
      return response.statusCode;
    };
    const json = { "content-type": "application/json", "content-length": "2" };
    const acknowledge = "/api/alarms/s/l/s1_x/m/a/acknowledge";
    assert.equal(await as(desk, "GET", "/api/now"), 200);
    assert.deepEqual(asked.at(-1)?.login?.name, "desk/shift");
    assert.deepEqual(shown, ["CN=desk/shift"]);
    // A browser shows its certificate to whoever has it ask: that alone must not act.
    assert.equal(await as(desk, "POST", acknowledge, json), 403);
    assert.equal(await as(desk, "POST", acknowledge, { ...json, "x-conche-request": "1" }), 200);
    assert.equal(await as(desk, "POST", "/api/holds/x/release", { ...json, "x-conche-request": "1" }), 403);
    assert.equal(await as(stranger, "GET", "/api/now"), 401);
    assert.equal(await as({}, "GET", "/api/now"), 401);
    assert.equal(await as({}, "GET", "/api/now", bearer(secrets.viewer)), 200);
    stands = false;
    assert.equal(await as(desk, "GET", "/api/now"), 401, "on the connection that stands, too");
  });

  test("HSTS for the plant's names, and not for this machine's, which other programs share", async (t) => {
    const { port } = await guardedServer(t, {
      tls: replaceable().tls,
      trustedHosts: ["conche.plant.example"],
    });
    const named = await ask(port, "/healthz", { host: `conche.plant.example:${port}` });
    assert.equal(named.headers["strict-transport-security"], "max-age=31536000");
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`]) {
      assert.equal((await ask(port, "/healthz", { host })).headers["strict-transport-security"], undefined);
    }
  });

  test("the session's cookie is bound to host and HTTPS", async (t) => {
    const { port, secrets } = await guardedServer(t, { tls: replaceable().tls });
    const body = JSON.stringify({ token: secrets.viewer });
    const request = httpsRequest({
      ...{ host: "127.0.0.1", port, path: "/api/session", method: "POST", ca: AUTHORITY.cert, agent: false },
      headers: {
        ...{ "content-type": "application/json", "content-length": body.length },
        "x-conche-request": "1",
      },
    });
    request.end(body);
    const [response] = (await once(request, "response")) as [IncomingMessage];
    assert.equal(response.statusCode, 200, await text(response));
    assert.match(
      response.headers["set-cookie"]?.[0] ?? "",
      new RegExp(`^__Host-conche-${port}=[^;]+; Path=/; HttpOnly; SameSite=Strict; Secure$`),
    );
  });

  test("who is silent instead of shaking hands is closed, and others are served meanwhile", async (t) => {
    const limits = { ...HTTP_LIMITS, headersMs: 300, checkEveryMs: 50 };
    const { port } = await guardedServer(t, { tls: replaceable().tls, limits });
    const silent = Array.from({ length: 50 }, () => connectPlain(port, "127.0.0.1"));
    const closed = silent.map((socket) => {
      socket.on("error", () => {});
      return once(socket, "close");
    });
    assert.equal((await ask(port, "/healthz")).status, 200);
    await Promise.all(closed);
  });
});
