import assert from "node:assert/strict";
import { test } from "node:test";
import { NAMESPACE_RULES } from "../../src/access/namespace-rules.ts";
import { Admission } from "../../src/broker/admission.ts";
import { BROKER_LIMITS } from "../../src/broker/broker-limits.ts";
import { Connection, type Line } from "../../src/broker/connection.ts";
import type { ConnectPacket } from "../../src/mqtt/wire/connect-reader.ts";

const LINE: Line = {
  backlog: 0,
  lastHeardAt: 0,
  held: false,
  blockedMs: () => 0,
  wake: () => {},
  hold: () => {},
  release: () => {},
  end: () => {},
};

const CONNECT: ConnectPacket = {
  protocolVersion: 5,
  clean: true,
  keepAlive: 0,
  clientId: "machine",
  username: "machine",
  password: Buffer.from("secret"),
  will: undefined,
  sessionExpiryInterval: 0,
  receiveMaximum: 65_535,
  maximumPacketSize: Number.POSITIVE_INFINITY,
  topicAliasMaximum: 0,
  requestProblemInformation: true,
  authenticationMethod: undefined,
};

function newConnection(): Connection {
  const origin = { remote: "127.0.0.1", user: undefined };
  return new Connection(
    LINE,
    origin,
    0,
    1_000,
    () => {},
    () => {},
  );
}

test("nobody is let in once it is closed, those whose password is being checked neither", async () => {
  const answers: ((result: "accepted") => void)[] = [];
  const logins = {
    login: () => new Promise<"accepted">((resolve) => answers.push(resolve)),
    knows: async () => true,
  };
  const admission = new Admission(BROKER_LIMITS, logins, NAMESPACE_RULES, () => 0);
  const [first, second] = [newConnection(), newConnection()];
  const decisions = [admission.decide(first, CONNECT), admission.decide(second, CONNECT)];
  answers[0]?.("accepted");
  assert.equal(await decisions[0], undefined);
  assert.equal(first.user, "machine");
  admission.close();
  answers[1]?.("accepted");
  assert.equal((await decisions[1])?.reason, "shutting-down");
  assert.equal((await admission.decide(newConnection(), CONNECT))?.reason, "shutting-down");
});
