import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { startHealthServer } from "../../../src/adapters/http/health-server.ts";
import type { ApiAnswer, ApiRequest } from "../../../src/api/door.ts";
import { LiveChanges } from "../../../src/api/live.ts";
import type { Problem } from "../../../src/api/problem.ts";
import { afterwards } from "../../servers/afterwards.ts";

/** Long enough to be compressed. */
const LONG = "export {};\n".repeat(500);
const JSON_TYPE = { "content-type": "application/json" };

const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

function posted(body: string, type = "application/json", origin?: string): RequestInit {
  const headers = { "content-type": type, ...(origin === undefined ? {} : { origin }) };
  return { method: "POST", headers, body };
}

/** What a server says to these bytes, until it closes. */
async function raw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.end(bytes);
  return (await socket.setEncoding("utf8").toArray()).join("");
}

type Ask = (request: ApiRequest, gone?: AbortSignal) => Promise<ApiAnswer>;

async function server(t: TestContext, dashboard?: string, answered?: Ask) {
  const asked: ApiRequest[] = [];
  const live = new LiveChanges();
  const running = await startHealthServer({
    port: 0,
    health: () => ({ alive: true, ready: true, checks: [] }),
    metrics: async () => "conche_up 1\n",
    api: {
      routes: [
        { method: "GET", path: "/api/things/{id}", name: "thing" },
        { method: "POST", path: "/api/things/{id}/do", name: "doThing" },
      ],
      openApi: () => ({ openapi: "3.1.0" }),
      ask: async (request, gone) => {
        asked.push(request);
        if (answered !== undefined) return answered(request, gone);
        return { status: 200, headers: { etag: 'W/"1"', "content-type": "application/json" }, body: "{}" };
      },
      live,
    },
    ...(dashboard === undefined ? {} : { dashboard }),
  });
  afterwards(t, () => running.close());
  return { url: `http://127.0.0.1:${running.port}`, port: running.port, asked, live };
}

suite("the API over HTTP", () => {
  test("a request reaches whoever answers, with everything that it says", async (t) => {
    const { url, asked } = await server(t);
    const answer = await fetch(`${url}/api/things/7%2F8?a=1&b=x&b=y`, {
      headers: { accept: "text/csv", "if-none-match": 'W/"1"' },
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("etag"), 'W/"1"');
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    assert.deepEqual(asked, [
      {
        route: "thing",
        params: { id: "7/8" },
        query: { a: "1", b: ["x", "y"] },
        body: undefined,
        accept: "text/csv",
        ifNoneMatch: 'W/"1"',
      },
    ]);
  });

  test("what there isn't is a problem, and OpenAPI says what there is", async (t) => {
    const { url } = await server(t);
    const missing = await fetch(`${url}/api/nothing`);
    assert.equal(missing.status, 404);
    assert.equal(missing.headers.get("content-type"), "application/problem+json; charset=utf-8");
    assert.equal(((await missing.json()) as { code: string }).code, "CONCHE_NOT_FOUND");
    assert.equal((await fetch(`${url}/api/openapi.json`)).status, 200);
  });

  test("only pages of this server may do something; other pages, other methods and big bodies are refused", async (t) => {
    const { url, asked } = await server(t);
    const post = (headers: Record<string, string>, body = "{}") =>
      fetch(`${url}/api/things/1/do`, { method: "POST", headers: { ...JSON_TYPE, ...headers }, body });
    assert.equal((await post({ origin: "https://elsewhere.example" })).status, 403);
    assert.equal((await post({ origin: "null" })).status, 403);
    assert.equal(asked.length, 0);
    assert.equal((await post({ origin: url })).status, 200);
    assert.equal((await post({})).status, 200);
    assert.deepEqual(asked[1]?.body, {});
    assert.equal((await post({}, JSON.stringify("x".repeat(70_000)))).status, 413);
    for (const nested of [200, 5_000, 30_000]) {
      const before: number = asked.length;
      assert.equal((await post({}, `{"ids":${"[".repeat(nested)}${"]".repeat(nested)}}`)).status, 400);
      assert.equal(asked.length, before, `${nested} levels`);
    }
    assert.equal((await fetch(`${url}/api/things/1`, { method: "DELETE" })).status, 405);
    assert.equal((await fetch(`${url}/metrics`, { method: "POST", body: "{}" })).status, 405);
  });

  test("whoever answers hears that nobody waits for a reading any more; what is to be done is done", async (t) => {
    const heard = Promise.withResolvers<AbortSignal>();
    const nothing = { status: 200, headers: {}, body: "{}" };
    const { url } = await server(t, undefined, async ({ route }, gone) => {
      if (route === "doThing") assert.equal(gone, undefined);
      else if (gone !== undefined) heard.resolve(gone);
      return route === "doThing" ? nothing : new Promise(() => {});
    });
    const leaving = new AbortController();
    const reading = fetch(`${url}/api/things/1`, { signal: leaving.signal });
    const gone = await heard.promise;
    assert.equal(gone.aborted, false);
    leaving.abort();
    await assert.rejects(reading);
    if (!gone.aborted) await once(gone, "abort");
    const post = { method: "POST", headers: JSON_TYPE, body: "{}" };
    assert.equal((await fetch(`${url}/api/things/1/do`, post)).status, 200);
  });

  test("whatever the server refuses by itself is a problem with code and hint", async (t) => {
    const { url, port, asked } = await server(t);
    const act = "/api/things/1/do";
    const cases: [path: string, status: number, code: string, detail: RegExp, init?: RequestInit][] = [
      ["/api/things/%zz", 400, "CONCHE_REQUEST_INVALID", /percent/],
      ["/api/things/%ff%fe", 400, "CONCHE_REQUEST_INVALID", /percent/],
      [`/api/things/${"x".repeat(200)}`, 400, "CONCHE_REQUEST_INVALID", /long/],
      ...["DELETE", "PUT", "PATCH", "OPTIONS", "PROPFIND"].map(
        (method) =>
          [act, 405, "CONCHE_METHOD_NOT_ALLOWED", /takes POST$/, { method }] as [
            string,
            number,
            string,
            RegExp,
            RequestInit,
          ],
      ),
      ["/api/things/1", 405, "CONCHE_METHOD_NOT_ALLOWED", /takes GET, HEAD$/, posted("{}")],
      [act, 405, "CONCHE_METHOD_NOT_ALLOWED", /takes POST$/],
      ["/api/nothing", 404, "CONCHE_NOT_FOUND", /DELETE/, { method: "DELETE" }],
      ["/api/nothing", 404, "CONCHE_NOT_FOUND", /POST/, posted("{}")],
      [act, 415, "CONCHE_MEDIA_TYPE", /text\/plain/, posted("{}", "text/plain")],
      [act, 415, "CONCHE_MEDIA_TYPE", /form/, posted("a=1", "application/x-www-form-urlencoded")],
      [act, 400, "CONCHE_REQUEST_INVALID", /no JSON/, posted("{")],
      [act, 400, "CONCHE_REQUEST_INVALID", /empty/, posted("")],
      [act, 400, "CONCHE_REQUEST_INVALID", /__proto__/, posted('{"__proto__":{"a":1}}')],
      [act, 413, "CONCHE_REQUEST_TOO_LARGE", /65536 bytes/, posted(`"${"x".repeat(70_000)}"`)],
      [act, 403, "CONCHE_REQUEST_FOREIGN", /pages/, posted("{}", undefined, "https://elsewhere.example")],
      ["/none", 404, "CONCHE_NOT_FOUND", /healthz/],
    ];
    for (const [path, status, code, detail, init] of cases) {
      const answer = await fetch(`${url}${path}`, init);
      const text = await answer.text();
      const place = `${init?.method ?? "GET"} ${path}: ${text}`;
      assert.equal(answer.status, status, place);
      assert.equal(answer.headers.get("content-type"), PROBLEM_TYPE, place);
      const problem = JSON.parse(text) as Problem;
      assert.deepEqual([problem.code, problem.status], [code, status], place);
      assert.match(problem.detail, detail, place);
      assert.ok(problem.hint.length > 0, place);
      assert.equal(answer.headers.get("x-content-type-options"), "nosniff", place);
      if (status === 405) {
        assert.equal(answer.headers.get("allow"), /takes (.*)$/.exec(problem.detail)?.[1], place);
      }
    }
    assert.equal(asked.length, 0);
    // What fetch doesn't send: a foreign name, chunks, an unknown method, too many headers.
    const post = `POST ${act} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n`;
    const sent: [request: string, status: number, code: string][] = [
      ["GET /api/things/1 HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421, "CONCHE_HOST_FOREIGN"],
      [`${post}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`, 413, "CONCHE_REQUEST_TOO_LARGE"],
      ["CONCHE /api/things/1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400, "CONCHE_REQUEST_INVALID"],
      [`GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431, "CONCHE_HEADERS_TOO_LARGE"],
    ];
    for (const [request, status, code] of sent) {
      const [head = "", body = ""] = (await raw(port, request)).split("\r\n\r\n");
      assert.match(head, new RegExp(`^HTTP/1.1 ${status} `), head);
      assert.match(head, /content-type: application\/problem\+json/i);
      const problem = JSON.parse(body) as Problem;
      assert.deepEqual([problem.code, problem.status], [code, status]);
    }
  });

  test("a body that is no JSON is a 400", async (t) => {
    const { url, asked } = await server(t);
    const answer = await fetch(`${url}/api/things/1/do`, { method: "POST", headers: JSON_TYPE, body: "{" });
    assert.equal(answer.status, 400);
    assert.equal(asked.length, 0);
  });

  test("a body that is not UTF-8 is a 400, and reaches nobody", async (t) => {
    const { url, asked } = await server(t);
    const body = Buffer.from('{"by":"a\xff"}', "latin1");
    const answer = await fetch(`${url}/api/things/1/do`, { method: "POST", headers: JSON_TYPE, body });
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /not valid UTF-8/);
    assert.equal(asked.length, 0);
    const good = JSON.stringify({ by: "Ben Älï" });
    await fetch(`${url}/api/things/1/do`, { method: "POST", headers: JSON_TYPE, body: good });
    assert.deepEqual(asked[0]?.body, { by: "Ben Älï" });
  });

  test("a body that readers read differently is a 400 with what it is, and reaches nobody", async (t) => {
    const { url, asked } = await server(t);
    for (const [body, detail] of [
      ['{"by":"a","seen":1,"by":"b"}', /^the body: \/by is there more than once$/],
      ['{"x":{"by":"a","\\u0062y":"b"}}', /^the body: \/x\/by is there more than once$/],
      ['{"by":"a\\ud800"}', /^the body: \/by holds half a surrogate pair/],
      ['{"seen":9007199254740993}', /^the body: \/seen is a whole number beyond 2\^53/],
    ] as const) {
      const answer = await fetch(`${url}/api/things/1/do`, posted(body));
      const problem = (await answer.json()) as Problem;
      assert.deepEqual([answer.status, problem.code], [400, "CONCHE_REQUEST_INVALID"]);
      assert.match(problem.detail, detail);
    }
    assert.equal(asked.length, 0);
  });

  test("live changes come as server-sent events, and a reader that goes is forgotten", async (t) => {
    const { port, live } = await server(t);
    live.changed({ position: 5, machines: [["s/l/s1_x/m", ["alarm"]]] });
    const request = httpRequest({
      host: "127.0.0.1",
      port,
      path: "/api/live?of=alarms,states",
      headers: { "last-event-id": "4" },
    });
    const text = await new Promise<string>((resolve, reject) => {
      let heard = "";
      request.on("error", reject);
      request.on("response", (response) => {
        assert.equal(response.headers["content-type"], "text/event-stream; charset=utf-8");
        response.setEncoding("utf8").on("data", (part) => {
          heard += part;
          if (heard.includes("states") && live.position === 5) {
            live.changed({ position: 6, machines: [["s/l/s1_x/m", ["alarm", "state"]]] });
          }
          if (heard.includes('"position":6}\n\n') && heard.includes("id: 6")) resolve(heard);
        });
      });
      request.end();
    });
    const events = text.split("\n\n").filter((each) => each.startsWith("event: change"));
    assert.deepEqual(
      events.map((each) => [/id: (\d+)/.exec(each)?.[1], /"subject":"(\w+)"/.exec(each)?.[1]]),
      [
        [undefined, "alarms"],
        ["5", "states"],
        [undefined, "alarms"],
        ["6", "states"],
      ],
    );
    const forgotten = new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (live.readers > 0) return;
        clearInterval(look);
        resolve();
      }, 10);
    });
    request.destroy();
    await forgotten;
  });

  test("whoever begins to listen hears of what changed after the answers that it has", async (t) => {
    const { url, live } = await server(t);
    live.changed({ position: 5, machines: [] });
    live.changed({ position: 6, machines: [["s/l/s1_x/m", ["alarm"]]] });
    live.changed({ position: 7, machines: [["s/l/s1_x/m", ["state"]]] });
    const first = async (after: string) => {
      const leaving = new AbortController();
      const { body } = await fetch(`${url}/api/live?of=alarms,states${after}`, { signal: leaving.signal });
      let heard = "";
      for await (const part of body ?? []) {
        heard += new TextDecoder().decode(part);
        if (/"position":7|event: beat/.test(heard)) break;
      }
      leaving.abort();
      return [...heard.matchAll(/"subject":"(\w+)"/g)].map(([, subject]) => subject);
    };
    assert.deepEqual(await first("&after=5"), ["alarms", "states"]);
    assert.deepEqual(await first("&after=6"), ["states"]);
    assert.deepEqual(await first("&after=7"), []);
    assert.deepEqual(await first(""), []);
  });

  test("a subject that there isn't is a problem", async (t) => {
    const { url } = await server(t);
    assert.equal((await fetch(`${url}/api/live?of=everything`)).status, 400);
  });

  test("a position that none can be is a problem, too; one of a browser that is is left alone", async (t) => {
    const { url } = await server(t);
    for (const after of ["-1", "1.5", "soon", "", "1&after=2", "1e300"]) {
      const answer = await fetch(`${url}/api/live?after=${after}`);
      assert.equal(answer.status, 400, after);
      assert.match(((await answer.json()) as { detail: string }).detail, /^after: /);
    }
    const leaving = new AbortController();
    const headers = { "last-event-id": "nonsense" };
    const open = await fetch(`${url}/api/live?after=0`, { signal: leaving.signal, headers });
    assert.equal(open.status, 200);
    leaving.abort();
  });

  test("a built dashboard is served under /, its own paths too, and nothing outside of it", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "conche-dashboard-"));
    afterwards(t, () => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(join(folder, "dist", "assets"), { recursive: true });
    writeFileSync(join(folder, "secret.html"), "secret");
    writeFileSync(join(folder, "dist", "index.html"), "<title>dashboard</title>");
    writeFileSync(join(folder, "dist", "assets", "main-Ab3dE6gH.js"), "1");
    writeFileSync(join(folder, "dist", "assets", "long.js"), LONG);
    const preload = { "": ["/assets/long.js"], line: ["/assets/long.js", "/assets/main-Ab3dE6gH.js"] };
    writeFileSync(join(folder, "dist", "preload.json"), JSON.stringify(preload));
    const { url } = await server(t, join(folder, "dist"));
    const page = await fetch(`${url}/`);
    assert.equal(page.headers.get("link"), "</assets/long.js>; rel=modulepreload");
    const linked = async (path: string) =>
      (await fetch(url + path, { headers: { accept: "text/html" } })).headers.get("link")?.split(",").length;
    assert.deepEqual([await linked("/line/a/b?x=1"), await linked("/other")], [2, undefined]);
    assert.equal(await page.text(), "<title>dashboard</title>");
    assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'self'/);
    const script = await fetch(`${url}/assets/main-Ab3dE6gH.js`);
    assert.match(script.headers.get("cache-control") ?? "", /immutable/);
    const long = await fetch(`${url}/assets/long.js`);
    assert.deepEqual([long.headers.get("content-encoding"), await long.text()], ["gzip", LONG]);
    const plain = await fetch(`${url}/assets/long.js`, { headers: { "accept-encoding": "identity" } });
    assert.deepEqual([plain.headers.get("content-encoding"), await plain.text()], [null, LONG]);
    assert.notEqual(long.headers.get("etag"), plain.headers.get("etag"));
    const known = { "if-none-match": String(long.headers.get("etag")) };
    assert.equal((await fetch(`${url}/assets/long.js`, { headers: known })).status, 304);
    const own = await fetch(`${url}/machines/temper-01`, { headers: { accept: "text/html" } });
    assert.equal(await own.text(), "<title>dashboard</title>");
    assert.equal((await fetch(`${url}/assets/none.js`)).status, 404);
    for (const path of ["/..%2fsecret.html", "/assets/..%2f..%2fsecret.html", "/%2e%2e/secret.html"]) {
      assert.equal((await fetch(`${url}${path}`)).status, 404, path);
    }
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
    assert.equal((await fetch(`${url}/api/none`)).status, 404);
  });
});
