import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseBrokerUrl, shownAddress } from "../../src/mqtt/broker-address.ts";

describe("parseBrokerUrl", () => {
  it("reads host, port and TLS", () => {
    assert.deepEqual(parseBrokerUrl("mqtt://broker.example"), {
      scheme: "mqtt",
      host: "broker.example",
      port: 1883,
      path: "",
      tls: false,
      username: undefined,
      password: undefined,
      display: "mqtt://broker.example:1883",
    });
    assert.equal(parseBrokerUrl("mqtts://broker.example").port, 8883);
    assert.equal(parseBrokerUrl("mqtts://broker.example:8884").tls, true);
    assert.equal(parseBrokerUrl("mqtt://[::1]:1884/").host, "::1");
  });

  it("takes user name and password and shows neither", () => {
    const address = parseBrokerUrl("mqtts://plant:p%40ss@broker:8883");
    assert.equal(address.username, "plant");
    assert.equal(address.password, "p@ss");
    assert.equal(address.display, "mqtts://broker:8883");
  });

  it("takes WebSocket with its path where a client can speak over it", () => {
    const { scheme, host, port, path, tls } = parseBrokerUrl("wss://broker/mqtt?a=1", { webSocket: true });
    assert.deepEqual([scheme, host, port, path, tls], ["wss", "broker", 443, "/mqtt?a=1", true]);
    assert.equal(parseBrokerUrl("ws://broker", { webSocket: true }).path, "/");
  });

  for (const [text, why] of [
    ["broker:1883", /no scheme/],
    ["", /not a URL/],
    ["localhost", /not a URL/],
    ["http://broker", /begins with http:/],
    ["ws://broker/mqtt", /WebSocket/],
    ["wss://broker/mqtt", /WebSocket/],
    ["mqtt://", /no host/],
    ["mqtt://broker:0", /port/],
    ["mqtt://broker:65536", /not a URL/],
    ["mqtt://broker/factory", /behind host and port/],
    ["mqtt://broker?x=1", /behind host and port/],
    ["mqtt://user:%zz@broker", /escape/],
  ] as const) {
    it(`refuses "${text}"`, () => {
      assert.throws(
        () => parseBrokerUrl(text),
        (error: Error & { code?: string; hint?: string }) => {
          assert.equal(error.code, "CONCHE_BROKER_URL_INVALID");
          assert.match(error.message, why);
          assert.match(error.hint ?? "", /mqtts:\/\//);
          return true;
        },
      );
    });
  }

  it("is shown no further than scheme and host, as far as they are certain", () => {
    for (const [text, shown] of [
      ["mqtt://plant:k#9/Sesam@host", "mqtt://host"],
      ["mqtt://plant:pa@ss@host:1883", "mqtt://host:1883"],
      ["ws://plant:80/Sesam@host/mqtt", "ws://host"],
      ["mqtt://plant:Sesam@", "mqtt://…"],
      ["mqtt://plant:Sesam#x", "mqtt://…"],
      ["mqtts://[::1]:8883", "mqtts://[::1]:8883"],
      ["plant:Sesam@host:1883", "(an address without a scheme)"],
    ] as const) {
      assert.equal(shownAddress(text), shown);
    }
  });

  it("doesn't repeat a password in its error", () => {
    assert.throws(
      () => parseBrokerUrl("mqtt://user:secret@broker/path"),
      (error: Error) => !error.message.includes("secret"),
    );
  });
});
