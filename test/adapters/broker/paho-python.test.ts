import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { NO_PAHO, PYTHON } from "../../servers/paho.ts";
import { startBroker, TOPIC } from "./broker-under-test.ts";

const CLIENT = join(import.meta.dirname, "paho-client.py");

for (const version of ["3.1.1", "5"] as const) {
  test(`Paho for Python, MQTT ${version}: every QoS, properties in their order, a session that is resumed`, {
    skip: NO_PAHO,
  }, async (t) => {
    const { port, sink } = await startBroker(t);
    const child = spawn(PYTHON, [CLIENT, String(port), version, TOPIC], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [said, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
    assert.equal(code, 0, said);
    const heard = said
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    const properties =
      version === "5"
        ? {
            type: "text/plain",
            user: [
              ["b", "1"],
              ["a", "2"],
            ],
          }
        : {};
    const wanted = ["live 0", "live 1", "live 2", "missed 1", "missed 2"];
    assert.deepEqual(
      heard,
      wanted.map((each) => ({ text: each, qos: Number(each.at(-1)), ...properties })),
    );
    assert.deepEqual(sink.texts(), wanted);
  });
}
