import assert from "node:assert/strict";
import { test } from "node:test";
import { runConche } from "../commands/run-conche.ts";
import { afterwards } from "../servers/afterwards.ts";
import { startConche } from "../servers/conche.ts";
import { freePort } from "../servers/mosquitto.ts";
import { endInOrder, temporaryFolder } from "./fault-matrix/data-center.ts";

test("who is logged in stays so when the data center is restarted; who has logged out, or lost the token, does not come back", async (t) => {
  const data = await temporaryFolder(t);
  const port = String(await freePort());
  const made = async (name: string) => {
    const { out } = await runConche(["token", "create", name, "--role", "viewer", "--data", data]);
    return out.trim();
  };
  const start = async () => {
    const words = ["--data", data, "--mqtt-port", "0", "--http-port", port];
    const center = await startConche(["datacenter", ...words]);
    afterwards(t, () => center.stop("SIGKILL"));
    return center;
  };
  const session = (headers: Record<string, string>, method = "GET", body?: object) =>
    fetch(`http://127.0.0.1:${port}/api/session`, {
      method,
      headers: {
        "x-conche-request": "1",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const logIn = async (token: string) => {
    const [cookie = ""] = ((await session({}, "POST", { token })).headers.get("set-cookie") ?? "").split(";");
    return { cookie };
  };
  const nameOf = async (cookie: Record<string, string>) =>
    ((await (await session(cookie)).json()) as { name: string | null }).name;

  const tokens = [await made("stays"), await made("leaves"), await made("loses")];
  const first = await start();
  const [stays = {}, leaves = {}, loses = {}] = await Promise.all(tokens.map(logIn));
  assert.deepEqual(await Promise.all([stays, leaves, loses].map(nameOf)), ["stays", "leaves", "loses"]);
  assert.equal((await session(leaves, "DELETE")).status, 204);
  await endInOrder(first);
  await runConche(["token", "revoke", "loses", "--data", data]);

  await start();
  assert.deepEqual(await Promise.all([stays, leaves, loses].map(nameOf)), ["stays", null, null]);
});
