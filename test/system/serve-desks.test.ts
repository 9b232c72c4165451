import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { join } from "node:path";
import { test } from "node:test";
import { afterwards } from "../servers/afterwards.ts";
import { startConche } from "../servers/conche.ts";
import { dataCenter, endInOrder, temporaryFolder } from "./fault-matrix/data-center.ts";
import { pemsOf, plantCertificates } from "./fault-matrix/plant-certificates.ts";

test("conche serve lets desks in with their certificates, each in the role of the access file", async (t) => {
  const folder = await plantCertificates(t);
  for (const name of ["desk/wall", "desk/nobody"]) await folder.issue(name, [], Date.now());
  await folder.renewList(Date.now());
  const data = await temporaryFolder(t);
  await endInOrder(await dataCenter(t, { data, words: ["--views", "off"] }));
  const accessFile = join(await temporaryFolder(t), "access.yaml");
  await writeFile(accessFile, "access: 1\ndesks:\n  wall: { role: viewer }\n");
  const server = (file: "cert.pem" | "key.pem" | "ca.pem" | "crl.pem") =>
    folder.layout.identity("server/broker", file);
  const serve = await startConche([
    ...["serve", "--data", data, "--http-port", "0", "--access-file", accessFile],
    ...["--http-cert", server("cert.pem"), "--http-key", server("key.pem")],
    ...["--http-client-ca", server("ca.pem"), "--http-crl", server("crl.pem")],
  ]);
  afterwards(t, () => serve.stop("SIGKILL"));
  const ask = async (name: string, path: string, method = "GET") => {
    const asked = request(`${serve.started.http}${path}`, {
      ...(await pemsOf(folder, name)),
      method,
      headers: { "x-conche-request": "1" },
    });
    asked.end();
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    answer.resume();
    return answer.statusCode;
  };
  assert.equal(await ask("desk/wall", "/api/views"), 200);
  assert.equal(await ask("desk/wall", "/api/quarantine/1/replay", "POST"), 403);
  assert.equal(await ask("desk/nobody", "/api/views"), 401);
  assert.equal(await serve.stop("SIGTERM"), 0);
});
