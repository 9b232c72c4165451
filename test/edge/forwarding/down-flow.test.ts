import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { downTopic, type MachineKey } from "../../../src/contract/topic.ts";
import { readDownMessage } from "../../../src/edge/down-message.ts";
import { DownFlow, type DownwardMessage } from "../../../src/edge/forwarding/down-flow.ts";
import type { DownArrival } from "../../../src/edge/relay.ts";
import { ManualClock, turn } from "../../time/manual-clock.ts";
import { MACHINE } from "../edge-under-test.ts";
import { HOP, OTHER_BOOT } from "./local.ts";

function flow() {
  const clock = new ManualClock();
  const local: DownwardMessage[] = [];
  const dropped: string[] = [];
  const expired: string[] = [];
  const broker = { there: true };
  const down = new DownFlow({
    hop: HOP,
    clock,
    publish: async (message) => {
      if (!broker.there) throw new Error("away");
      local.push(message);
    },
    dropped: (topic) => dropped.push(topic),
    expired: (topic) => expired.push(topic),
  });
  return { clock, local, dropped, expired, broker, down };
}

function receipt(through: number, more: Partial<DownArrival> = {}): DownArrival {
  const at = "2026-01-11T10:00:00Z";
  const body = { boot: OTHER_BOOT, through, missing: [], quarantined: [], at };
  return arrival(downTopic(MACHINE, "receipt"), body, { retain: true, ...more });
}

function command(id: string, machine: MachineKey = MACHINE): DownArrival {
  const body = { v: 2, ts: "2026-01-11T10:00:00Z", id, command: "noop", by: "test" };
  const topic = downTopic(machine, "command");
  const message = { kind: "command", machine, command: body } as unknown as DownArrival["message"];
  return { topic, payload: Buffer.from(JSON.stringify(body)), retain: false, message, own: false };
}

function arrival(topic: string, body: unknown, more: Partial<DownArrival>): DownArrival {
  const payload = Buffer.from(JSON.stringify(body));
  const message = readDownMessage(topic, payload);
  assert.ok(message.kind === "receipt" || message.kind === "command", message.kind);
  return { topic, payload, retain: false, message, own: false, ...more };
}

function cleared(more: Partial<DownArrival> = {}): DownArrival {
  const topic = downTopic(MACHINE, "receipt");
  const payload = new Uint8Array();
  const message = { kind: "cleared", machine: MACHINE } as const;
  return { topic, payload, retain: true, message, own: false, ...more };
}

const throughs = (messages: readonly DownwardMessage[]) =>
  messages.map(({ payload }) => JSON.parse(payload).through);

describe("DownFlow", () => {
  it("passes on receipts as they are, with its own name, and keeps those for its own numbers", async () => {
    const { down, local } = flow();
    down.received(receipt(1, { userProperties: { via: "cloud-bridge" } }));
    down.received(receipt(2, { own: true }));
    down.received(receipt(3, { userProperties: { via: HOP } }));
    await turn();
    assert.deepEqual(throughs(local), [1]);
    assert.deepEqual([local[0]?.retain, local[0]?.userProperties], [true, { via: ["cloud-bridge", HOP] }]);
    assert.equal(down.counts.looped, 1);
  });

  it("while the local broker is away only a machine's latest receipt waits, and every command in order", async () => {
    const { down, local, broker, clock } = flow();
    broker.there = false;
    for (const through of [1, 2, 3]) down.received(receipt(through));
    down.received(command("c-1"));
    down.received(command("c-2"));
    await turn();
    await clock.pass(2_000);
    assert.deepEqual(local, []);
    assert.equal(down.waiting, 3);
    broker.there = true;
    await clock.pass(1_000);
    assert.deepEqual(
      local.map(({ payload }) => JSON.parse(payload).through ?? JSON.parse(payload).id),
      [3, "c-1", "c-2"],
    );
    assert.equal(down.waiting, 0);
  });

  it("passes every property on, counts expiry while it waits, and drops what has expired, counted and said", async () => {
    const { down, local, expired, broker, clock } = flow();
    broker.there = false;
    const beside = {
      responseTopic: "plant/answers",
      correlationData: Buffer.from([0, 255]),
      payloadFormatIndicator: true,
    };
    down.received({ ...command("hold-2s"), properties: { ...beside, messageExpiryInterval: 2 } });
    down.received({ ...command("hold-60s"), properties: { ...beside, messageExpiryInterval: 60 } });
    down.received({ ...command("hold"), properties: beside });
    await turn();
    await clock.pass(6_000);
    broker.there = true;
    await clock.pass(1_000);
    const seen = local.map(({ payload, properties }) => [JSON.parse(payload).id, properties]);
    const [rest] = local.map(({ properties }) => properties?.messageExpiryInterval);
    assert.ok(rest !== undefined && rest > 50 && rest <= 54, `${rest} s`);
    assert.deepEqual(seen, [
      ["hold-60s", { ...beside, messageExpiryInterval: rest }],
      ["hold", beside],
    ]);
    assert.deepEqual([expired, down.counts.expired], [[downTopic(MACHINE, "command")], 1]);
  });

  it("drops the oldest of too many commands, and says so", async () => {
    const { down, broker, dropped, clock, local } = flow();
    broker.there = false;
    for (let count = 0; count < 1_002; count++) down.received(command(`c-${count}`));
    assert.equal(dropped.length, 2);
    assert.equal(down.counts.commandsDropped, 2);
    await turn();
    broker.there = true;
    await clock.pass(1_000);
    for (let portion = 0; portion < 16; portion++) await turn();
    assert.equal(local.length, 1_000);
    assert.equal(JSON.parse(local[0]?.payload ?? "").id, "c-2");
  });

  it("says the last receipts again to a local broker that may have lost them, newer ones after them", async () => {
    const { down, local } = flow();
    down.received(receipt(1));
    await turn();
    down.received(receipt(1));
    await turn();
    assert.deepEqual(throughs(local), [1], "the same one twice is one");
    down.again();
    down.received(receipt(2));
    await turn();
    assert.deepEqual(throughs(local), [1, 1, 2]);
  });

  it("takes a receipt away below that is taken away above, once, and again from a broker that may have it back", async () => {
    const { down, local } = flow();
    const payloads = () =>
      local.splice(0).map(({ topic, payload, retain }) => [topic.split("/").at(-1), payload, retain]);
    down.received(receipt(1));
    await turn();
    assert.equal(payloads().length, 1);
    down.received(cleared({ retain: false }));
    down.received(cleared({ userProperties: { via: HOP } }));
    down.received(cleared({ topic: downTopic(MACHINE, "command") }));
    await turn();
    assert.deepEqual(payloads(), []);
    down.received(cleared());
    down.received(cleared());
    await turn();
    down.received(cleared());
    await turn();
    assert.deepEqual(payloads(), [["receipt", "", true]]);
    down.again();
    await turn();
    assert.deepEqual(payloads(), [["receipt", "", true]]);
    down.received(receipt(2));
    await turn();
    assert.deepEqual(throughs(local), [2]);
  });

  it("a receipt and its clearing never overtake one another on the way to a broker that is away", async () => {
    const { down, local, broker, clock } = flow();
    broker.there = false;
    down.received(receipt(1));
    down.received(cleared());
    await turn();
    assert.equal(down.waiting, 1);
    broker.there = true;
    await clock.pass(1_000);
    assert.deepEqual(
      local.splice(0).map(({ payload }) => payload),
      [""],
    );
    broker.there = false;
    down.received(receipt(2));
    down.received(cleared());
    down.received(receipt(3));
    await turn();
    broker.there = true;
    await clock.pass(1_000);
    assert.deepEqual(throughs(local), [3]);
  });
});
