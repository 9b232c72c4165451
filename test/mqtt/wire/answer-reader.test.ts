import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { generate, type Packet } from "mqtt-packet";
import { packetWord, readServerPacket, type ServerPacket } from "../../../src/mqtt/wire/answer-reader.ts";
import { PacketOutput } from "../../../src/mqtt/wire/packet-output.ts";
import { ProtocolViolation } from "../../../src/mqtt/wire/protocol-violation.ts";
import { writeConnack } from "../../../src/mqtt/wire/response-writer.ts";

const version = fc.constantFrom<4 | 5>(4, 5);
const text = fc.string({ minLength: 1, maxLength: 60, unit: "grapheme" }).filter((each) => !/\0/.test(each));
const packetId = fc.integer({ min: 1, max: 65_535 });
const number16 = fc.integer({ min: 1, max: 65_535 });
const number32 = fc.integer({ min: 1, max: 0xffff_ffff });

function read(bytes: Buffer, protocol: 4 | 5): ServerPacket {
  let at = 1;
  while ((bytes[at] ?? 0) >= 0x80) at++;
  return readServerPacket(bytes, at + 1, bytes.length, protocol);
}

function readHex(hex: string, protocol: 4 | 5): ServerPacket {
  return read(Buffer.from(hex.replaceAll(" ", ""), "hex"), protocol);
}

function readOther(packet: Packet, protocolVersion: 4 | 5): ServerPacket {
  return read(generate(packet, { protocolVersion }), protocolVersion);
}

test("a CONNACK is read as another writer means it", () => {
  const properties = fc.record(
    {
      sessionExpiryInterval: number32,
      serverKeepAlive: number16,
      receiveMaximum: number16,
      maximumQoS: fc.constantFrom(0, 1),
      maximumPacketSize: number32,
      retainAvailable: fc.boolean(),
      reasonString: text,
      assignedClientIdentifier: text,
      responseInformation: text,
      serverReference: text,
      userProperties: fc.dictionary(text, text, { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
      authenticationData: fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      version,
      fc.boolean(),
      fc.constantFrom(0, 0x87),
      properties,
      (protocol, sessionPresent, code, given) => {
        const five = protocol === 5;
        const packet = five
          ? ({ cmd: "connack", sessionPresent, reasonCode: code, properties: given } as const)
          : ({ cmd: "connack", sessionPresent, returnCode: code === 0 ? 0 : 5 } as const);
        const said = five ? given : {};
        assert.deepEqual(readOther(packet, protocol), {
          cmd: "connack",
          sessionPresent,
          code: five || code === 0 ? code : 5,
          sessionExpiryInterval: said.sessionExpiryInterval,
          serverKeepAlive: said.serverKeepAlive,
          receiveMaximum: said.receiveMaximum,
          maximumQos: said.maximumQoS,
          maximumPacketSize: said.maximumPacketSize,
          retainAvailable: said.retainAvailable,
          reasonString: said.reasonString,
        });
      },
    ),
  );
});

test("our own broker's CONNACK is read", () => {
  const output = new PacketOutput();
  writeConnack(output, 5, true, {
    ...{ sessionExpirySeconds: 9, receiveMaximum: 3, maximumPacketSize: 1_000, assignedClientId: "x" },
    ...{ topicAliasMaximum: 0, keepAliveSeconds: 60 },
  });
  const connack = read(Buffer.concat(output.take()), 5);
  assert.ok(connack.cmd === "connack");
  assert.deepEqual(
    [connack.sessionPresent, connack.code, connack.sessionExpiryInterval, connack.serverKeepAlive],
    [true, 0, 9, 60],
  );
  assert.deepEqual([connack.receiveMaximum, connack.maximumPacketSize], [3, 1_000]);
});

test("SUBACK, PUBACK and DISCONNECT are read as another writer means them", () => {
  const codes = fc.array(fc.constantFrom(0, 1, 2, 0x80), { minLength: 1, maxLength: 6 });
  const reason = fc.option(text, { nil: undefined });
  fc.assert(
    fc.property(version, packetId, codes, reason, (protocol, messageId, granted, reasonString) => {
      const properties = protocol === 5 && reasonString !== undefined ? { properties: { reasonString } } : {};
      const said = protocol === 5 ? reasonString : undefined;
      assert.deepEqual(readOther({ cmd: "suback", messageId, granted, ...properties }, protocol), {
        ...{ cmd: "suback", packetId: messageId, codes: granted, reasonString: said },
      });
      const reasonCode = protocol === 5 ? 0x97 : 0;
      assert.deepEqual(readOther({ cmd: "puback", messageId, reasonCode, ...properties }, protocol), {
        ...{ cmd: "puback", packetId: messageId, reasonCode, reasonString: said },
      });
      assert.deepEqual(readOther({ cmd: "disconnect", reasonCode, ...properties }, protocol), {
        ...{ cmd: "disconnect", reasonCode, reasonString: said },
      });
    }),
  );
});

test("what a client of QoS 1 has not asked for has a name", () => {
  assert.equal(packetWord(readOther({ cmd: "pubrel", messageId: 1 }, 4)), "pubrel");
  assert.equal(packetWord(readHex("f0 00", 5)), "auth");
  assert.equal(packetWord(readHex("d0 00", 5)), "pingresp");
});

const WRONG: readonly [name: string, hex: string, protocol: 4 | 5, reason: number][] = [
  ["a CONNACK that ends early", "20 01 00", 5, 0x81],
  ["reserved flags of CONNACK", "20 03 02 00 00", 5, 0x81],
  ["a receive maximum of 0", "20 06 00 00 03 21 0000", 5, 0x82],
  ["a maximum packet size of 0", "20 08 00 00 05 27 00000000", 5, 0x82],
  ["an unknown property", "20 05 00 00 02 7f 00", 5, 0x81],
  ["properties past the end", "20 05 00 00 09 21 00", 5, 0x81],
  ["bytes behind the end in 3.1.1", "20 03 00 00 00", 4, 0x81],
  ["a SUBACK without an identifier", "90 00", 5, 0x81],
  ["a QoS 3 in SUBACK", "90 03 00 01 03", 4, 0x81],
  ["a PUBACK with a reason that isn't one", "40 03 00 01 42", 5, 0x81],
  ["a PUBACK with a reason in 3.1.1", "40 03 00 01 00", 4, 0x81],
];

for (const [name, hex, protocol, reasonCode] of WRONG) {
  test(`${name} is a violation`, () => {
    assert.throws(() => readHex(hex, protocol), { name: "ProtocolViolation", reasonCode });
  });
}

test("an answer that a server of 3.1.1 gives to a client of MQTT 5 is read", () => {
  const refusal = readHex("20 02 00 01", 5);
  assert.ok(refusal.cmd === "connack");
  assert.equal(refusal.code, 1);
});

test("any bytes are a packet or a violation, and read no further than they go", () => {
  fc.assert(
    fc.property(
      version,
      fc.integer({ min: 0, max: 15 }),
      fc.uint8Array({ maxLength: 60 }),
      (protocol, type, body) => {
        const bytes = Buffer.from([type << 4, body.length, ...body]);
        try {
          readServerPacket(bytes, 2, bytes.length, protocol);
        } catch (error) {
          assert.ok(error instanceof ProtocolViolation, String(error));
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
