import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { HOP_PROPERTY, ORIGINAL_TOPIC_PROPERTY } from "../../../src/contract/identity.ts";
import { ForwardDecider, type ForwardDecision } from "../../../src/edge/forwarding/forward-decision.ts";
import { wireMessage } from "../../../src/edge/wire-message.ts";
import type { DeliveredMessage } from "../../../src/mqtt/delivery.ts";
import { MACHINE } from "../edge-under-test.ts";
import { GATEWAY, HOP, local, OTHER_BOOT } from "./local.ts";

const NOW = 1_768_125_600_000;
const decider = new ForwardDecider({ hop: HOP, gateway: GATEWAY });

function forwarded(message: DeliveredMessage) {
  const decision: ForwardDecision = decider.decide(message, NOW);
  assert.equal(decision.kind, "forward");
  if (decision.kind !== "forward") throw new Error("unreachable");
  return decision;
}

describe("ForwardDecider", () => {
  it("leaves the bytes alone and says where they have passed, whatever they are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { message } = forwarded({ ...local(), payload: bytes });
        assert.deepEqual(message.payload, bytes);
        assert.deepEqual(message.raw.userProperties?.[HOP_PROPERTY], [HOP]);
      }),
    );
  });

  it("keeps an identity that a machine has given, in the payload or beside it, and takes half of one for none", () => {
    const own = { boot: OTHER_BOOT, seq: 7 };
    const inside = forwarded(local({ payload: { ts: "unknown", state: "OFFLINE", ...own } }));
    assert.deepEqual(inside.message.identity, own);
    const escaped = forwarded(local({ payload: `{"\\u0062oot":"${own.boot}","seq":7}` }));
    assert.deepEqual(escaped.message.identity, own);
    const userProperties = { boot: own.boot, seq: "7", colour: "brown" };
    const beside = forwarded(local({ properties: { userProperties } }));
    assert.deepEqual(beside.message.identity, own);
    assert.deepEqual(
      beside.message.raw.userProperties,
      { colour: "brown", via: [HOP] },
      "the number is written anew when it is sent",
    );
    for (const half of [{ boot: own.boot }, { seq: "7" }, { boot: own.boot, seq: "seven" }]) {
      const none = forwarded(local({ properties: { userProperties: half } }));
      assert.equal(none.message.identity, undefined);
    }
    assert.equal(forwarded(local()).message.identity, undefined);
  });

  it("takes every property of MQTT 5 along, its expiry as a time", () => {
    const correlationData = Buffer.from([0, 255, 7]);
    const { raw } = forwarded(
      local({
        properties: {
          contentType: "application/json",
          payloadFormatIndicator: true,
          responseTopic: "plant/answers",
          correlationData,
          messageExpiryInterval: 30,
          userProperties: { colour: "brown" },
        },
      }),
    ).message;
    const { userProperties: _, ...beside } = raw;
    assert.deepEqual(beside, {
      contentType: "application/json",
      payloadFormatIndicator: true,
      responseTopic: "plant/answers",
      correlationDataBase64: correlationData.toString("base64"),
      expiresAt: NOW + 30_000,
    });
    const message = { seq: 1, type: "alarm", durable: true, payload: "{}", raw } as const;
    const wire = (nowMs: number) =>
      wireMessage(MACHINE, OTHER_BOOT, message, { refill: false, outdated: false, nowMs }).properties;
    const same = { payloadFormatIndicator: true, responseTopic: "plant/answers", correlationData };
    assert.deepEqual(wire(NOW + 10_500), { ...same, messageExpiryInterval: 20 });
    assert.deepEqual(wire(NOW + 31_000), same, "the record is owed it, whoever else had their time");
    const odd = forwarded(local({ properties: { responseTopic: "plant/#" } })).message.raw;
    assert.equal(odd.responseTopic, undefined, "a broker would end the connection over it");
  });

  it("knows its own name again among others, and cuts a chain that is too long to be none", () => {
    const passed = (...via: string[]) =>
      decider.decide(local({ properties: { userProperties: { via } } }), NOW);
    assert.equal(passed("site-a", HOP, "site-b").kind, "loop");
    assert.equal(passed("a", "b", "c", "d", "e", "f", "g").kind, "forward");
    assert.equal(passed("a", "b", "c", "d", "e", "f", "g", "h").kind, "loop");
    const one = decider.decide(local({ properties: { userProperties: { via: HOP } } }), NOW);
    assert.equal(one.kind, "loop");
    const asGateway = local({ topic: "factory/tunis-01/line-a/s0_edge/bridge-01/state" });
    assert.equal(decider.decide(asGateway, NOW).kind, "loop", "nobody else speaks under its address");
  });

  it("sends what is outside the namespace under its own address, with the topic beside it", () => {
    const { message, misplaced, machineKey } = forwarded(local({ topic: "factory/oven/temp" }));
    assert.equal(misplaced, true);
    assert.equal(machineKey, "tunis-01/line-a/s0_edge/bridge-01");
    assert.equal(message.durable, true);
    assert.equal(message.raw.userProperties?.[ORIGINAL_TOPIC_PROPERTY], "factory/oven/temp");
  });

  it("owes what came at QoS 1, and events whatever they came at; telemetry at QoS 0 goes to the ring", () => {
    const telemetry = `factory/${MACHINE}/telemetry`;
    assert.equal(forwarded(local({ topic: telemetry, qos: 0 })).message.durable, false);
    assert.equal(forwarded(local({ topic: telemetry, qos: 1 })).message.durable, true);
    assert.equal(forwarded(local({ topic: `factory/${MACHINE}/alarm`, qos: 0 })).message.durable, true);
  });

  it("retains a state when its publisher did; where the flag isn't shown, unless it comes late", () => {
    const retained = (message: DeliveredMessage) => forwarded(message).message.raw.retain !== false;
    assert.equal(retained(local({ retain: true })), true);
    assert.equal(retained(local({ retain: false })), false);
    const hidden = { retain: false, retainVisible: false };
    assert.equal(retained(local(hidden)), true);
    assert.equal(retained(local({ ...hidden, properties: { userProperties: { refill: "1" } } })), false);
    assert.equal(
      forwarded(local({ topic: `factory/${MACHINE}/alarm`, retain: true })).message.raw.retain,
      undefined,
      "events are never retained above",
    );
  });

  it("says how long a payload was that came cut, and looks for no number in a part of one", () => {
    const whole = JSON.stringify({ boot: OTHER_BOOT, seq: 7 });
    const { message } = forwarded(local({ payload: whole, cutFromBytes: 300_000 }));
    assert.equal(message.identity, undefined);
    assert.equal(message.raw.userProperties?.["cut-from-bytes"], "300000");
  });

  it("carries on properties with any name", () => {
    const userProperties = Object.fromEntries([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    const { message } = forwarded(local({ properties: { contentType: "text/plain", userProperties } }));
    assert.deepEqual(Object.entries(message.raw.userProperties ?? {}), [
      ["__proto__", "x"],
      ["constructor", "y"],
      ["via", [HOP]],
    ]);
    assert.equal(message.raw.contentType, "text/plain");
  });
});
