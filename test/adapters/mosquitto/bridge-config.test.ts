import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type MosquittoBridge,
  mosquittoBridgeConfig,
} from "../../../src/adapters/mosquitto/bridge-config.ts";
import { isConcheError } from "../../log/message-log-suite.ts";

const BRIDGE: MosquittoBridge = {
  url: "mqtt://broker.example",
  name: "conche-bridge",
  sites: [],
  username: null,
  ca: null,
  cert: null,
  key: null,
  keepaliveS: 30,
  inFlight: 1_000,
  queueBytes: 1_048_576,
};

function settings(more: Partial<MosquittoBridge>): string[] {
  const lines = mosquittoBridgeConfig({ ...BRIDGE, ...more }).split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith("#"));
}

describe("mosquittoBridgeConfig", () => {
  it("keeps sessions, has no limit on the number of messages, and a direction for each root", () => {
    const plain = settings({});
    for (const line of [
      "max_queued_messages 0",
      "max_queued_bytes 1048576",
      "cleansession false",
      "local_cleansession false",
      "bridge_protocol_version mqttv50",
      "bridge_protocol_version mqttv311",
      "remote_clientid conche-bridge-up",
      "remote_clientid conche-bridge-down",
      "topic factory/# out 1",
      "topic datacenter/# in 1",
      "address broker.example:1883",
    ]) {
      assert.ok(plain.includes(line), line);
    }
    assert.deepEqual(
      settings({ sites: ["a", "b"] }).filter((line) => line.startsWith("topic datacenter")),
      ["topic datacenter/a/# in 1", "topic datacenter/b/# in 1"],
    );
  });

  it("uses the usual port and the system's certificates with TLS, and never writes a password", () => {
    const secure = settings({ url: "mqtts://me:geheim@broker.example" });
    assert.ok(secure.includes("address broker.example:8883"));
    assert.ok(secure.includes("bridge_capath /etc/ssl/certs"));
    assert.ok(secure.includes("remote_username me"));
    assert.doesNotMatch(mosquittoBridgeConfig({ ...BRIDGE, url: "mqtt://me:geheim@broker" }), /geheim/);
  });

  it("refuses what Mosquitto's bridge can't do, and values that would be more than one setting", () => {
    for (const more of [
      { url: "wss://broker.example/mqtt" },
      { ca: "/etc/ca.pem" },
      { username: "me\nallow_anonymous true" },
      { url: "mqtts://broker.example", ca: "ca\nuser root" },
    ]) {
      assert.throws(
        () => mosquittoBridgeConfig({ ...BRIDGE, ...more }),
        isConcheError("CONCHE_USAGE", false),
      );
    }
  });
});
