import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ConsumerEvent } from "../../../src/adapters/mqtt-packet/consumer-event.ts";
import { MqttConsumer } from "../../../src/adapters/mqtt-packet/mqtt-consumer.ts";
import type { MqttConsumerOptions } from "../../../src/adapters/mqtt-packet/options.ts";
import { type Certificate, makeAuthority } from "../../servers/certificates.ts";
import { Arrivals, ScriptedBroker } from "../../servers/scripted-broker.ts";
import { ManualClock } from "../../time/manual-clock.ts";
import { RecordingSink } from "./recording-sink.ts";

const AUTHORITY = makeAuthority();
const STRANGER = makeAuthority("Another authority");
const GOOD = AUTHORITY.issue("broker", { hosts: ["127.0.0.1", "broker.example"] });

/** The first event that says how it went, of a consumer against a TLS broker with this certificate. */
async function outcome(
  server: Certificate,
  options: Partial<MqttConsumerOptions>,
  { mutual = false } = {},
): Promise<ConsumerEvent> {
  await using broker = await ScriptedBroker.listen(5, {
    ...server,
    ...(mutual ? { ca: AUTHORITY.cert, requestCert: true, rejectUnauthorized: true } : {}),
  });
  const events = new Arrivals<ConsumerEvent>();
  const consumer = new MqttConsumer({
    url: `mqtts://127.0.0.1:${broker.port}`,
    clientId: "datacenter",
    clock: new ManualClock(),
    onStatus: (event) => events.add(event),
    ...options,
  });
  void broker.connection().then((connection) => connection.acceptSubscriber());
  await consumer.start(new RecordingSink());
  for (;;) {
    const event = await events.next();
    if (event.kind !== "subscribed" && event.kind !== "lost") continue;
    const stopped = consumer.stop();
    await broker[Symbol.asyncDispose]();
    await stopped;
    return event;
  }
}

function assertUntrusted(event: ConsumerEvent, why: RegExp): void {
  assert(event.kind === "lost");
  assert.equal(event.error.code, "CONCHE_BROKER_CERTIFICATE");
  assert.match(event.error.message, why);
  assert(event.retryInMs !== undefined, "tried again");
}

describe("MqttConsumer over TLS", () => {
  it("connects to a broker whose certificate its authority has signed", async () => {
    assert.equal((await outcome(GOOD, { ca: AUTHORITY.cert })).kind, "subscribed");
  });

  it("checks for another name than the host's when told so", async () => {
    const named = AUTHORITY.issue("broker", { hosts: ["broker.example"] });
    const ca = AUTHORITY.cert;
    assert.equal((await outcome(named, { ca, servername: "broker.example" })).kind, "subscribed");
    assertUntrusted(await outcome(named, { ca }), /IP: 127\.0\.0\.1 is not in the cert's list/);
  });

  it("says that an authority is unknown", async () => {
    assertUntrusted(await outcome(GOOD, {}), /UNABLE_TO_/);
    assertUntrusted(await outcome(GOOD, { ca: STRANGER.cert }), /UNABLE_TO_/);
  });

  it("says that a certificate has expired", async () => {
    const expired = AUTHORITY.issue("broker", { hosts: ["127.0.0.1"], days: -1 });
    assertUntrusted(await outcome(expired, { ca: AUTHORITY.cert }), /CERT_HAS_EXPIRED/);
  });

  it("shows its own certificate to a broker that wants one", async () => {
    const own = AUTHORITY.issue("datacenter");
    const options = { ca: AUTHORITY.cert, cert: own.cert, key: own.key };
    assert.equal((await outcome(GOOD, options, { mutual: true })).kind, "subscribed");
    for (const without of [{ ca: AUTHORITY.cert }, { ca: AUTHORITY.cert, ...STRANGER.issue("datacenter") }]) {
      const event = await outcome(GOOD, without, { mutual: true });
      assert(event.kind === "lost");
      // Node's server hangs up, with or without an alert; Mosquitto's answers are in the system tests.
      assert.match(event.error.hint, /client certificate/);
    }
  });
});
