import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import type { Client, ConnectPacket } from "aedes";
import { NAMESPACE_RULES } from "../../../src/access/namespace-rules.ts";
import { Admission, type ClientDirectory } from "../../../src/adapters/aedes/admission.ts";
import { BROKER_LIMITS } from "../../../src/adapters/aedes/broker-limits.ts";
import { ClientLink } from "../../../src/adapters/aedes/client-link.ts";
import { ClientStream } from "../../../src/adapters/aedes/client-stream.ts";

function newLink(): ClientLink {
  const stream = new ClientStream(new PassThrough(), { received: () => {}, gone: () => {} }, 10);
  const client = { close: () => {} } as unknown as Client;
  const link = new ClientLink(stream, client, "127.0.0.1");
  link.phase = "connecting";
  return link;
}

const CONNECT = { cmd: "connect", clientId: "machine", protocolVersion: 5, clean: true } as ConnectPacket;

test("connections under one identifier are let through one after the other, others at once", async () => {
  const connected = new Map<string, ClientLink>();
  const directory: ClientDirectory = {
    connectedAs: (clientId) => connected.get(clientId),
    belongsToOther: () => false,
    takenOver: () => {},
  };
  const admission = new Admission(BROKER_LIMITS, undefined, NAMESPACE_RULES, directory);
  const [first, second, third, other] = [newLink(), newLink(), newLink(), newLink()];
  const order: string[] = [];
  const decide = async (name: string, link: ClientLink, clientId = "machine") => {
    assert.equal(await admission.decide(link, { ...CONNECT, clientId }), undefined);
    order.push(name);
  };
  const decisions = [decide("first", first), decide("second", second), decide("third", third)];
  await decide("other", other, "other");
  await decisions[0];
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(order.toSorted(), ["first", "other"], "the second waits for the first to be established");
  connected.set("machine", first);
  first.ready();
  await decisions[1];
  assert.equal(first.phase, "closed", "taken over");
  assert.equal(order.includes("third"), false);
  // The second never gets through: its network connection breaks.
  second.gone();
  await decisions[2];
});

test("nobody is let in once it is closed, those who wait neither", async () => {
  const admission = new Admission(BROKER_LIMITS, undefined, NAMESPACE_RULES, {
    connectedAs: () => undefined,
    belongsToOther: () => false,
    takenOver: () => {},
  });
  const [first, second] = [newLink(), newLink()];
  assert.equal(await admission.decide(first, CONNECT), undefined);
  const waiting = admission.decide(second, CONNECT);
  admission.close();
  first.ready();
  assert.equal((await waiting)?.reason, "shutting-down");
  assert.equal((await admission.decide(newLink(), CONNECT))?.reason, "shutting-down");
});
