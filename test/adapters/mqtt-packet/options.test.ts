import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MqttConsumer } from "../../../src/adapters/mqtt-packet/mqtt-consumer.ts";
import {
  CONSUMER_DEFAULTS,
  consumerSettings,
  type MqttConsumerOptions,
} from "../../../src/adapters/mqtt-packet/options.ts";

const MINIMAL = { url: "mqtt://broker", clientId: "datacenter" };

describe("consumerSettings", () => {
  it("fills in the defaults, also for what is there but undefined", () => {
    const settings = consumerSettings({ ...MINIMAL, keepaliveS: undefined, filters: undefined });
    assert.equal(settings.keepaliveS, CONSUMER_DEFAULTS.keepaliveS);
    assert.deepEqual(settings.filters, ["factory/#"]);
    assert.equal(settings.protocol, 5);
    assert.equal(settings.sessionExpiryS, 7 * 24 * 3600);
  });

  it("prefers options over what the URL says", () => {
    const settings = consumerSettings({ ...MINIMAL, url: "mqtt://a:b@broker", username: "c" });
    assert.deepEqual([settings.username, settings.password], ["c", "b"]);
  });

  it("reports all findings at once", () => {
    const wrong: MqttConsumerOptions = {
      url: "mqtt://broker",
      clientId: "",
      password: "x",
      filters: ["factory/#/state", "a/b+", "$share/g/factory/#"],
      keepaliveS: 0,
      receiveMaximum: 70_000,
      maxPacketBytes: 10,
      sessionExpiryS: 1.5,
      cert: "pem",
    };
    assert.throws(
      () => consumerSettings(wrong),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, "CONCHE_CONFIG_INVALID");
        for (const part of [
          "client id",
          "user name",
          "factory/#/state",
          "a/b+",
          "keepalive",
          "receive maximum",
        ]) {
          assert(error.message.includes(part), part);
        }
        for (const part of ["largest packet", "session expiry", "its key", "mqtts://"]) {
          assert(error.message.includes(part), part);
        }
        assert(!error.message.includes("$share"));
        return true;
      },
    );
  });

  it("refuses a certificate that can't be read, before anything is connected", () => {
    assert.throws(
      () => new MqttConsumer({ ...MINIMAL, url: "mqtts://broker", cert: "not PEM", key: "neither" }),
      { code: "CONCHE_CONFIG_INVALID" },
    );
  });
});
