import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { generate, type IConnackPacket, type Packet, parser } from "mqtt-packet";
import { ConnackEditor, refusingConnack, refusingPuback } from "../../../src/adapters/aedes/connack.ts";
import { publishBytes } from "../../../src/adapters/aedes/outgoing-rules.ts";
import { propertiesFault } from "../../../src/adapters/aedes/packet-properties.ts";
import { REASON } from "../../../src/mqtt/reason-codes.ts";

function parsed(bytes: Buffer, protocolVersion: number): Packet[] {
  const packets: Packet[] = [];
  const parse = parser({ protocolVersion });
  parse.on("packet", (packet) => packets.push(packet));
  parse.on("error", (error) => assert.fail(error));
  assert.equal(parse.parse(bytes), 0, "no bytes are left over");
  return packets;
}

test("the CONNACK gets the broker's limits, and what follows it is left alone, however it is cut", () => {
  const names = fc.string({ maxLength: 300, unit: "grapheme" });
  fc.assert(
    fc.property(
      names,
      fc.option(fc.integer({ min: 1, max: 65_535 })),
      fc.integer({ min: 0 }),
      (id, seconds, cut) => {
        const connack: IConnackPacket = {
          cmd: "connack",
          reasonCode: 0,
          sessionPresent: true,
          properties: { receiveMaximum: 10, ...(id === "" ? {} : { assignedClientIdentifier: id }) },
        };
        const written = Buffer.concat([
          generate(connack, { protocolVersion: 5 }),
          generate({ cmd: "pingresp" }, { protocolVersion: 5 }),
        ]);
        const editor = new ConnackEditor({ keepAliveSeconds: seconds ?? undefined });
        const at = cut % written.length;
        const head = editor.edit(written.subarray(0, at));
        const edited =
          head.length > 0 ? Buffer.concat([head, written.subarray(at)]) : editor.edit(written.subarray(at));
        const [packet, ping] = parsed(edited, 5);
        assert.deepEqual(
          { ...(packet as IConnackPacket).properties },
          { ...connack.properties, maximumQoS: 1, ...(seconds === null ? {} : { serverKeepAlive: seconds }) },
        );
        assert.equal((packet as IConnackPacket).sessionPresent, true);
        assert.equal(ping?.cmd, "pingresp");
      },
    ),
  );
});

test("a CONNACK that refuses is left as it is", () => {
  const refusal = generate(
    { cmd: "connack", reasonCode: 0x87, sessionPresent: false },
    { protocolVersion: 5 },
  );
  assert.deepEqual(new ConnackEditor({ keepAliveSeconds: 1 }).edit(refusal), refusal);
});

test("refusals are well formed in each protocol version", () => {
  for (const detail of [undefined, "short", "x".repeat(200)]) {
    const [connack] = parsed(refusingConnack(5, REASON.NOT_AUTHORIZED, detail), 5) as IConnackPacket[];
    assert.deepEqual([connack?.reasonCode, connack?.properties?.reasonString], [0x87, detail]);
    const [puback] = parsed(refusingPuback(513, REASON.QUOTA_EXCEEDED, detail), 5);
    assert.ok(puback?.cmd === "puback");
    assert.deepEqual([puback.messageId, puback.reasonCode], [513, 0x97]);
    assert.equal(puback.properties?.reasonString, detail);
  }
  const codes = [
    [REASON.CLIENT_IDENTIFIER_NOT_VALID, 2],
    [REASON.SERVER_UNAVAILABLE, 3],
    [REASON.BAD_USER_NAME_OR_PASSWORD, 4],
    [REASON.NOT_AUTHORIZED, 5],
    [REASON.QOS_NOT_SUPPORTED, 5],
  ] as const;
  for (const [reason, returnCode] of codes) {
    const [connack] = parsed(refusingConnack(4, reason, "detail"), 4) as IConnackPacket[];
    assert.equal(connack?.returnCode, returnCode);
  }
});

test("a PUBLISH is never longer on the wire than it was taken for, and not much shorter", () => {
  const text = fc.string({ minLength: 1, maxLength: 50, unit: "grapheme" });
  const properties = fc.record(
    {
      contentType: text,
      responseTopic: text,
      messageExpiryInterval: fc.integer({ min: 1, max: 2 ** 31 }),
      payloadFormatIndicator: fc.boolean(),
      correlationData: fc.uint8Array({ minLength: 1, maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
      userProperties: fc.dictionary(text, fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 3 })), {
        minKeys: 1,
        maxKeys: 5,
      }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(text, fc.uint8Array({ maxLength: 300 }), properties, (topic, bytes, given) => {
      const payload = Buffer.from(bytes);
      const packet = {
        cmd: "publish",
        topic,
        payload,
        qos: 1,
        messageId: 1,
        retain: false,
        dup: false,
      } as const;
      const wire = generate({ ...packet, properties: given }, { protocolVersion: 5 }).length;
      const taken = publishBytes({ topic, payload, properties: given });
      const count = Object.values(given).flatMap((value) =>
        typeof value === "object" ? Object.values(value) : [value],
      );
      assert.ok(wire <= taken, `${wire} > ${taken}`);
      assert.ok(taken - wire <= 10 + 4 * count.flat().length, `${taken} for ${wire}`);
    }),
  );
});

test("properties are checked for what the parser does not", () => {
  assert.equal(propertiesFault("publish", undefined), undefined);
  assert.equal(
    propertiesFault("publish", { contentType: "a", userProperties: { a: ["b", "c"] } }),
    undefined,
  );
  assert.equal(propertiesFault("will", { willDelayInterval: 0, payloadFormatIndicator: false }), undefined);
  assert.equal(propertiesFault("publish", { willDelayInterval: 1 })?.reason, 0x82);
  assert.equal(propertiesFault("connect", { sessionExpiryInterval: [1, 2] })?.reason, 0x82);
  for (const broken of [{ contentType: null }, { messageExpiryInterval: -1 }, { contentType: "a\0" }]) {
    assert.equal(propertiesFault("publish", broken)?.reason, 0x81);
  }
  for (const broken of [{ a: null }, { a: ["b", null] }, { a: "\0" }, null]) {
    assert.equal(propertiesFault("disconnect", { userProperties: broken })?.reason, 0x81);
  }
});
