import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { certificateFiles } from "../../src/index.ts";
import { firstLogin } from "../../src/run/first-login.ts";
import { runConche } from "../commands/run-conche.ts";
import { blocksOf } from "../docs/page-blocks.ts";
import { afterwards } from "../servers/afterwards.ts";
import { startConche } from "../servers/conche.ts";
import { NO_MOSQUITTO } from "../servers/mosquitto.ts";
import { temporaryFolder } from "./fault-matrix/data-center.ts";
import { answerTo } from "./fault-matrix/plant-certificates.ts";

const PAGE = join(import.meta.dirname, "../../docs/certificates.md");
/** Between two looks, milliseconds. */
const LOOK_MS = 100;
const ANOTHER = "tunis-01/line-a/s4_conching/conche-01";
const MACHINE = "tunis-01/line-a/s5_tempering/temper-01";

/** How the docs have a machine's certificate tried. */
function documentedLines(): string {
  const block = blocksOf(readFileSync(PAGE, "utf8")).find(({ body }) => body.includes("openssl s_client"));
  assert.ok(block !== undefined);
  return block.body;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

async function asked(
  over: RequestOptions,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: object,
): Promise<Answer> {
  const sent = body === undefined ? "" : JSON.stringify(body);
  const request = httpsRequest({
    ...{ ...over, method, path },
    headers: {
      ...headers,
      ...(sent === "" ? {} : { "content-type": "application/json", "content-length": sent.length }),
    },
  });
  request.end(sent);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, text: await text(response) };
}

/** The serial number of the certificate that a new connection is shown. */
async function shownSerial(over: RequestOptions & { readonly port: number }): Promise<string> {
  const socket = connectTls({ port: over.port, host: "localhost", ca: over.ca });
  await once(socket, "secureConnect");
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

test("up --secure: the whole line is stored over mutual TLS, and nobody connects without a certificate", {
  skip: NO_MOSQUITTO,
}, async (t) => {
  const data = join(await temporaryFolder(t), "data");
  const run = await startConche([
    ...["up", "--secure", "--data", data, "--history", "none", "--speed", "10"],
    ...["--mqtt-port", "0", "--http-port", "0"],
  ]);
  afterwards(t, () => run.stop("SIGKILL"));
  const url = new URL(String(run.started.mqtt));
  assert.equal(url.protocol, "mqtts:");
  await run.event(({ event }) => event === "stored");

  const place = join(data, "certificates", "machine", MACHINE);
  const files = { ca: join(place, "ca.pem"), cert: join(place, "cert.pem"), key: join(place, "key.pem") };
  const own = certificateFiles(files)();
  assert.equal(await answerTo(Number(url.port), { ...own }), 0);
  assert.equal(await answerTo(Number(url.port), { ca: own.ca }), "nothing");
  // The lines of the docs, as they stand but for the place and the port.
  const typed = (lines: string) =>
    spawnSync("sh", ["-e", "-c", lines], { encoding: "utf8", cwd: data, stdio: ["ignore", "pipe", "pipe"] });
  const lines = documentedLines()
    .replace("cd data/", "cd ")
    .replaceAll("localhost:8883", `localhost:${url.port}`)
    .replaceAll("-p 8883", `-p ${url.port}`);
  const done = typed(lines);
  assert.equal(done.status, 0, done.stdout + done.stderr);
  assert.match(done.stdout, /Verify return code: 0/);
  await run.event(({ event }) => event === "stored");
  const foreign = typed(lines.replace(`-t factory/${MACHINE}/`, `-t factory/${ANOTHER}/`));
  assert.match(foreign.stdout + foreign.stderr, /not authorized/i);

  // The address that was printed logs in, once; the token that was printed is the first one.
  const dashboard = new URL(String(run.started.dashboard));
  assert.equal(dashboard.protocol, "https:");
  const [, code] = /^#code=([\w-]+)$/.exec(dashboard.hash) ?? [];
  const { token } = run.started;
  assert.ok(code !== undefined && token !== undefined, JSON.stringify(run.started));
  const port = Number(dashboard.port);
  const over = { host: "localhost", port, ca: own.ca?.toString(), agent: false };
  const begin = await asked(over, "POST", "/api/session", { "x-conche-request": "1" }, { code });
  assert.equal(begin.status, 200, begin.text);
  const [cookie = ""] = (begin.headers["set-cookie"]?.[0] ?? "").split(";");
  assert.match(cookie, /^__Host-conche-/);
  assert.equal((await asked(over, "GET", "/api/views", { cookie })).status, 200);
  assert.equal(
    (await asked(over, "POST", "/api/session", { "x-conche-request": "1" }, { code })).status,
    401,
  );
  assert.equal((await asked(over, "GET", "/api/views")).status, 401);
  const metrics = await asked(over, "GET", "/metrics", { authorization: `Bearer ${token}` });
  for (const what of ["crl", "http-certificate"]) {
    const end = new RegExp(`^conche_broker_certificate_end_timestamp_seconds\\{what="${what}"\\} \\d+`, "m");
    assert.match(metrics.text, end);
  }

  // Another certificate is shown without a restart.
  const before = await shownSerial(over);
  const renewed = await runConche([
    "provision",
    "rotate",
    "server/broker",
    "--certificates",
    join(data, "certificates"),
  ]);
  assert.equal(renewed.code, 0, renewed.err);
  while ((await shownSerial(over)) === before) await pause(LOOK_MS);
  assert.equal((await asked(over, "GET", "/api/views", { cookie })).status, 200, "who is logged in stays it");
  assert.equal(await run.stop("SIGTERM"), 0);

  const again = firstLogin(data, Date.now());
  assert.match(again.fragment, /^#code=/);
  assert.equal(again.token, undefined, "a token is shown once");
});
