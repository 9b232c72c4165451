import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { test } from "node:test";
import { listenError } from "../../src/errors/listen-error.ts";

const OPTIONS = { protocol: "HTTP", hostOption: "--http-host", portOption: "--http-port" };

/** Listens, and returns the error of it. */
function failureOf(server: Server, host: string, port: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    server.once("error", resolve);
    server.listen(port, host, () => reject(new Error(`listens on ${host}:${port}`)));
  });
}

test("a port that is taken is named, with the option that chooses another", async (t) => {
  const first = createServer().listen(0, "127.0.0.1");
  t.after(() => first.close());
  await new Promise((resolve) => first.once("listening", resolve));
  const { port } = first.address() as { port: number };
  const thrown = await failureOf(createServer(), "127.0.0.1", port);
  const error = listenError(thrown, { ...OPTIONS, host: "127.0.0.1", port });
  assert.equal(error.code, "CONCHE_PORT_IN_USE");
  assert.ok(error.message.includes(`127.0.0.1:${port}`));
  assert.match(error.hint, /--http-port/);
  assert.equal(error.cause, thrown);
});

test("an address of another machine is refused, with the option that chooses another", async () => {
  // 192.0.2.0/24 is set aside for documentation (RFC 5737): no machine has it.
  const thrown = await failureOf(createServer(), "192.0.2.1", 0);
  const error = listenError(thrown, { ...OPTIONS, host: "192.0.2.1", port: 0 });
  assert.equal(error.code, "CONCHE_PORT_REFUSED");
  assert.match(error.hint, /--http-host/);
});

test("a port that needs privileges says which ports don't", () => {
  const thrown = Object.assign(new Error("listen EACCES: permission denied 0.0.0.0:80"), { code: "EACCES" });
  const error = listenError(thrown, { ...OPTIONS, host: "::", port: 80 });
  assert.equal(error.code, "CONCHE_PORT_REFUSED");
  assert.match(error.hint, /above 1023/);
  assert.match(error.message, /\[::\]:80/);
});
