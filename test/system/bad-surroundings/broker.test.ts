import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { suite, type TestContext, test } from "node:test";
import { runConche } from "../../commands/run-conche.ts";
import { afterwards } from "../../servers/afterwards.ts";
import { freePort, NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import { dataCenter, endInOrder, mosquitto, ready, temporaryFolder } from "../fault-matrix/data-center.ts";
import { ConcheProcess } from "./conche-process.ts";

/** A port on which connections are taken, counted and closed without a word. */
async function closedDoor(context: TestContext): Promise<{ url: string; knocked: () => Promise<void> }> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    socket.destroy();
    resolve();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  afterwards(context, () => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return { url: `mqtt://127.0.0.1:${address.port}`, knocked: () => promise };
}

suite("bad surroundings: a broker that can't be reached", () => {
  test("the data center keeps running and says so, and is ready when the broker comes", {
    skip: NO_MOSQUITTO,
  }, async (context) => {
    const broker = await mosquitto(context);
    await broker.stop();
    const data = await temporaryFolder(context);
    const center = await dataCenter(context, { data, brokerPort: broker.port });
    const address = `mqtt://127.0.0.1:${broker.port}`;
    const { level, text } = await center.event(({ event }) => event === "notice");
    assert.equal(level, "warning");
    assert.match(
      String(text),
      /CONCHE_BROKER_UNREACHABLE: .*ECONNREFUSED.*trying again in .* \(check the broker's address/,
    );
    assert.ok(String(text).includes(address));
    const readyz = await center.page("/readyz");
    assert.equal(readyz.status, 503);
    assert.match(readyz.text, /CONCHE_BROKER_UNREACHABLE/);
    assert.equal((await center.page("/healthz")).status, 200, "a restart would not help");
    await broker.start();
    await ready(center);
    await broker.stop();
    await center.event(({ text }) => /closed the connection/.test(String(text)));
    await endInOrder(center);
    assert.deepEqual(center.errors, []);
  });

  test("simulate and up look for it as long as they may, and end in order when asked to", async (context) => {
    const data = await temporaryFolder(context);
    const ports = ["--http-port", "0", "--data", data];
    for (const words of [["simulate"], ["up", "--history", "none", ...ports]]) {
      const door = await closedDoor(context);
      const conche = new ConcheProcess([...words, "--broker", door.url, "--quiet"]);
      afterwards(context, () => conche.kill());
      await conche.complained(/CONCHE_BROKER_UNREACHABLE: (no connection to )?mqtt:/);
      assert.equal(await conche.stop("SIGINT"), 0, conche.err);
    }
  });

  test("simulate and up that have waited in vain for their time say so and fail", async (context) => {
    const data = await temporaryFolder(context);
    const url = `mqtt://127.0.0.1:${await freePort()}`;
    // Long enough for a first attempt to be refused, on a busy machine too: else there is no reason to tell yet.
    const words = ["--broker", url, "--for", "12", "--quiet"];
    const results = await Promise.all([
      runConche(["simulate", ...words]),
      runConche(["up", "--history", "none", ...words, "--http-port", "0", "--data", data]),
    ]);
    for (const { code, err } of results) {
      assert.equal(code, 1, err);
      const last = err.slice(err.lastIndexOf("\nconche: ") + 1);
      assert.match(
        last,
        /^conche: CONCHE_BROKER_UNREACHABLE: .* was not reached within 12 s: .*ECONNREFUSED/,
      );
      assert.match(last, /what to do: check the broker's address/);
    }
  });

  test("simulate with nobody there says how to start somebody", async () => {
    const port = String(await freePort());
    const { code, err } = await runConche(["simulate", "--mqtt-port", port, "--for", "0.5"]);
    assert.equal(code, 1, err);
    assert.match(
      err,
      /what to do: start a data center there \(conche datacenter\), or name a broker with --broker/,
    );
  });
});
