import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { test } from "node:test";
import { afterwards } from "../../servers/afterwards.ts";
import { bearer, type GuardedServer, guardedServer } from "./guarded-server.ts";

const PLACES = 200;

test("one caller can't take the last place of those who follow from another", async (t) => {
  const server = await guardedServer(t);
  const open: ClientRequest[] = [];
  afterwards(t, () => {
    for (const each of open) each.destroy();
  });
  const follow = (secret: string) => following(server, secret, open);
  const viewer = [];
  for (let place = 0; place < PLACES; place++) viewer.push(await follow(server.secrets.viewer));
  assert.ok(viewer.every(({ statusCode }) => statusCode === 200));

  const refused = await follow(server.secrets.viewer);
  assert.equal(refused.statusCode, 429);
  const problem = JSON.parse(await textOf(refused));
  assert.equal(problem.code, "CONCHE_STREAM_LIMIT");
  assert.match(problem.detail, /^200 readers follow already, 200 of them for a viewer;/);

  const last = viewer.at(-1);
  assert.ok(last);
  const gaveWay = textOf(last);
  assert.equal((await follow(server.secrets.admin)).statusCode, 200);
  assert.match(await gaveWay, /other callers have fewer/);
  // Who gave way doesn't take it back.
  assert.equal((await follow(server.secrets.viewer)).statusCode, 429);
});

async function following(
  { port }: GuardedServer,
  secret: string,
  open: ClientRequest[],
): Promise<IncomingMessage> {
  const request = httpRequest({ host: "127.0.0.1", port, path: "/api/live", headers: bearer(secret) });
  open.push(request);
  request.on("error", () => {});
  request.end();
  const [response] = (await once(request, "response")) as [IncomingMessage];
  response.on("error", () => {});
  return response;
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of response.setEncoding("utf8")) text += part;
  return text;
}
