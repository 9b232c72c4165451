import assert from "node:assert/strict";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { suite, type TestContext, test } from "node:test";
import { type HealthServerOptions, startHealthServer } from "../../../src/adapters/http/health-server.ts";
import { HTTP_LIMITS } from "../../../src/adapters/http/http-limits.ts";
import { ConcheError } from "../../../src/errors/conche-error.ts";
import type { HealthReport } from "../../../src/ingest/health.ts";
import { afterwards } from "../../servers/afterwards.ts";

const READY: HealthReport = {
  alive: true,
  ready: true,
  checks: [{ name: "log", ok: true, detail: "commits succeed" }],
};
const WAITING: HealthReport = {
  alive: true,
  ready: false,
  checks: [{ name: "log", ok: false, detail: "CONCHE_DISK_FULL: no room" }],
};

async function server(t: TestContext, options: Partial<HealthServerOptions> = {}): Promise<number> {
  const running = await startHealthServer({
    port: 0,
    health: () => READY,
    metrics: async () => "conche_up 1\n",
    ...options,
  });
  afterwards(t, () => running.close());
  return running.port;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function ask(
  port: number,
  path: string,
  method = "GET",
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: "127.0.0.1", port, path, method, headers, agent: false },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part) => {
          text += part;
        });
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      },
    );
    request.on("error", reject);
    request.end();
  });
}

/** Sends bytes on a connection of its own, and returns what came back when the server has closed it. */
function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.setEncoding("utf8");
    socket.on("data", (part) => {
      text += part;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(text));
  });
}

suite("the health server", () => {
  test("healthz and readyz say yes with their checks", async (t) => {
    const port = await server(t);
    const alive = await ask(port, "/healthz");
    assert.equal(alive.status, 200);
    assert.deepEqual(JSON.parse(alive.text), { status: "alive", checks: READY.checks });
    const ready = await ask(port, "/readyz");
    assert.equal(ready.status, 200);
    assert.deepEqual(JSON.parse(ready.text), { status: "ready", checks: READY.checks });
    assert.match(ready.headers["content-type"] ?? "", /^application\/json/);
  });

  test("a data center that can't commit is alive and not ready, with the reason; the next request asks again", async (t) => {
    let report = WAITING;
    const port = await server(t, { health: () => report });
    assert.equal((await ask(port, "/healthz")).status, 200);
    const waiting = await ask(port, "/readyz");
    assert.equal(waiting.status, 503);
    assert.deepEqual(JSON.parse(waiting.text), { status: "not ready", checks: WAITING.checks });
    report = READY;
    assert.equal((await ask(port, "/readyz")).status, 200);
  });

  test("one that has failed is neither", async (t) => {
    const port = await server(t, { health: () => ({ ...READY, alive: false }) });
    assert.equal((await ask(port, "/healthz")).status, 503);
    assert.equal((await ask(port, "/readyz")).status, 503);
  });

  test("metrics come in Prometheus' text format", async (t) => {
    const answer = await ask(await server(t), "/metrics");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    assert.equal(answer.text, "conche_up 1\n");
  });

  test("what breaks inside is a 500 that tells nothing of it", async (t) => {
    const port = await server(t, {
      metrics: () => Promise.reject(new Error("secret place")),
      health: () => {
        throw new Error("secret place");
      },
    });
    for (const path of ["/metrics", "/healthz", "/readyz"]) {
      const answer = await ask(port, path);
      assert.equal(answer.status, 500, path);
      assert.doesNotMatch(answer.text, /secret/);
    }
  });

  test("metrics that never come end in a 503", async (t) => {
    const port = await server(t, {
      metrics: () => new Promise(() => {}),
      limits: { ...HTTP_LIMITS, requestMs: 50, headersMs: 50 },
    });
    assert.equal((await ask(port, "/metrics")).status, 503);
  });

  test("the index names the pages; HEAD is answered without a body; anything else is not there", async (t) => {
    const port = await server(t);
    const index = JSON.parse((await ask(port, "/")).text);
    assert.deepEqual(Object.keys(index.pages), ["/healthz", "/readyz", "/metrics"]);
    const head = await ask(port, "/readyz", "HEAD");
    assert.equal(head.status, 200);
    assert.equal(head.text, "");
    for (const path of [
      "/nothing",
      "/healthz/../../etc/passwd",
      "/%2e%2e/package.json",
      "/metrics/",
      "/%ff",
    ]) {
      assert.ok([400, 404].includes((await ask(port, path)).status), path);
    }
  });

  test("every answer, refusals included, carries the strict headers", async (t) => {
    const port = await server(t);
    for (const answer of [
      await ask(port, "/readyz"),
      await ask(port, "/nothing"),
      await ask(port, "/", "POST"),
      await ask(port, "/%ff"),
    ]) {
      assert.equal(answer.headers["x-content-type-options"], "nosniff");
      assert.equal(answer.headers["cache-control"], "no-store");
      assert.match(String(answer.headers["content-security-policy"]), /default-src 'none'/);
      assert.equal(answer.headers["access-control-allow-origin"], undefined);
      assert.equal(answer.headers["x-powered-by"], undefined);
    }
  });

  test("only GET and HEAD are answered", async (t) => {
    const port = await server(t);
    for (const method of [
      "POST",
      "PUT",
      "DELETE",
      "PATCH",
      "OPTIONS",
      "TRACE",
      "PURGE",
      "PROPFIND",
      "QUERY",
    ]) {
      const answer = await ask(port, "/healthz", method);
      assert.equal(answer.status, 405, method);
      assert.equal(answer.headers.allow, "GET, HEAD");
    }
  });
});

suite("the health server under attack", () => {
  test("a name that isn't this machine's is refused on loopback: DNS rebinding", async (t) => {
    const port = await server(t);
    for (const host of ["evil.example", "evil.example:80", `127.0.0.1.evil.example:${port}`]) {
      assert.equal((await ask(port, "/metrics", "GET", { host })).status, 421, host);
    }
    assert.match(
      await raw(port, "GET /metrics HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n"),
      /^HTTP\/1\.1 421 /,
    );
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, "localhost", `[::1]:${port}`]) {
      assert.equal((await ask(port, "/metrics", "GET", { host })).status, 200, host);
    }
  });

  test("behind a reverse proxy it answers to the name that it is told to trust, and says how", async (t) => {
    const port = await server(t, { trustedHosts: ["conche.plant.example"] });
    for (const host of ["conche.plant.example", "Conche.Plant.example:443"]) {
      assert.equal((await ask(port, "/readyz", "GET", { host })).status, 200, host);
    }
    const { status, text } = await ask(port, "/readyz", "GET", { host: "evil.example" });
    assert.equal(status, 421);
    assert.match(text, /--http-trusted-hosts/);
  });

  test("bound to every address, it answers to any name", async (t) => {
    const port = await server(t, { host: "0.0.0.0" });
    assert.equal((await ask(port, "/healthz", "GET", { host: "conche.plant.example" })).status, 200);
  });

  test("a client older than the Host header is answered", async (t) => {
    assert.match(await raw(await server(t), "GET /healthz HTTP/1.0\r\n\r\n"), /^HTTP\/1\.1 200 /);
  });

  test("a big body is a 413 and closes the connection, announced or in chunks", async (t) => {
    const port = await server(t);
    const head = "POST /healthz HTTP/1.1\r\nHost: localhost\r\n";
    assert.match(await raw(port, `${head}Content-Length: 1000000000\r\n\r\n`), /^HTTP\/1\.1 413 /);
    assert.match(await raw(port, `${head}Transfer-Encoding: chunked\r\n\r\n`), /^HTTP\/1\.1 413 /);
  });

  test("headers beyond the limit are a 431, garbage a 400", async (t) => {
    const port = await server(t);
    const long = "x".repeat(HTTP_LIMITS.headerBytes);
    assert.match(
      await raw(port, `GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${long}\r\n\r\n`),
      /^HTTP\/1\.1 431 /,
    );
    assert.match(await raw(port, "\u0010\u0013MQTT\r\n\r\n"), /^HTTP\/1\.1 400 /);
  });

  test("headers that dribble in end in a 408, and others are served meanwhile", async (t) => {
    const port = await server(t, {
      limits: { ...HTTP_LIMITS, headersMs: 100, requestMs: 100, checkEveryMs: 20 },
    });
    const slow = raw(port, "GET /healthz HTTP/1.1\r\nHost: local");
    assert.equal((await ask(port, "/healthz")).status, 200);
    assert.match(await slow, /^HTTP\/1\.1 408 /);
    assert.equal((await ask(port, "/healthz")).status, 200);
  });

  test("connections that say nothing are closed, many at once as well", async (t) => {
    const port = await server(t, { limits: { ...HTTP_LIMITS, silenceMs: 100 } });
    const silent = Array.from({ length: 200 }, () => raw(port, ""));
    assert.equal((await ask(port, "/healthz")).status, 200);
    assert.deepEqual(new Set(await Promise.all(silent)), new Set([""]));
  });

  test("one connection too many is closed at once", async (t) => {
    const port = await server(t, { limits: { ...HTTP_LIMITS, connections: 1 } });
    const first = connect(port, "127.0.0.1");
    afterwards(t, () => first.destroy());
    await new Promise((resolve) => first.once("connect", resolve));
    assert.equal(await raw(port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"), "");
  });

  test("closing ends connections that are open", async () => {
    const running = await startHealthServer({ port: 0, health: () => READY, metrics: async () => "" });
    const open = raw(running.port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await ask(running.port, "/healthz");
    await running.close();
    assert.match(await open, /^HTTP\/1\.1 200 |^$/);
    await assert.rejects(ask(running.port, "/healthz"), { code: "ECONNREFUSED" });
  });

  test("a port in use is a clear error", async (t) => {
    const port = await server(t);
    await assert.rejects(
      startHealthServer({ port, health: () => READY, metrics: async () => "" }),
      (error) =>
        error instanceof ConcheError &&
        error.code === "CONCHE_PORT_IN_USE" &&
        error.message.includes(`:${port}`),
    );
  });
});
