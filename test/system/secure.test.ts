import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { certificateFiles } from "../../src/index.ts";
import { startConche } from "../servers/conche.ts";
import { temporaryFolder } from "./fault-matrix/data-center.ts";
import { answerTo } from "./fault-matrix/plant-certificates.ts";

const MACHINE = "tunis-01/line-a/s5_tempering/temper-01";

test("up --secure: the whole line is stored over mutual TLS, and nobody connects without a certificate", async (t) => {
  const data = join(await temporaryFolder(t), "data");
  const run = await startConche([
    ...["up", "--secure", "--data", data, "--history", "none", "--speed", "10"],
    ...["--mqtt-port", "0", "--http-port", "0"],
  ]);
  t.after(() => run.child.kill("SIGKILL"));
  const url = new URL(String(run.started.mqtt));
  assert.equal(url.protocol, "mqtts:");
  await run.event(({ event }) => event === "stored");

  const place = join(data, "certificates", "machine", MACHINE);
  const files = { ca: join(place, "ca.pem"), cert: join(place, "cert.pem"), key: join(place, "key.pem") };
  const own = certificateFiles(files)();
  assert.equal(await answerTo(Number(url.port), { ...own }), 0);
  assert.equal(await answerTo(Number(url.port), { ca: own.ca }), "nothing");
  const metrics = await run.page("/metrics");
  assert.match(metrics.text, /^conche_broker_certificate_end_timestamp_seconds\{what="crl"\} \d+/m);
  assert.equal(await run.stop("SIGTERM"), 0);
});
