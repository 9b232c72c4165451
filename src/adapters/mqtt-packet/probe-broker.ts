import { ConcheError } from "../../errors/conche-error.ts";
import { REASON } from "../../mqtt/reason-codes.ts";
import { packetWord, readServerPacket } from "../../mqtt/wire/answer-reader.ts";
import { ProtocolViolation } from "../../mqtt/wire/protocol-violation.ts";
import { disconnectBytes } from "../../mqtt/wire/request-writer.ts";
import { BrokerSocket } from "./broker-socket.ts";
import { FrameSplitter } from "./frame-splitter.ts";
import { type ConnackLimits, sessionlessConnect } from "./handshake.ts";
import { NetworkConnection } from "./network-connection.ts";
import { type ConsumerSettings, consumerSettings, type MqttConsumerOptions } from "./options.ts";

/** What a broker answered that was asked whether it would take us. */
export interface BrokerProbe {
  /** Its address, without user name and password. */
  readonly display: string;
  readonly limits: ConnackLimits;
  /** From opening the socket to CONNACK, milliseconds. */
  readonly answerMs: number;
}

/**
 * Connects once with the same address, credentials and certificates, and leaves again. With a client id of its own
 * and without a session, so that a consumer that is connected stays so.
 * @throws ConcheError CONCHE_BROKER_UNREACHABLE, CONCHE_BROKER_CERTIFICATE, CONCHE_BROKER_REFUSED …
 */
export async function probeBroker(options: MqttConsumerOptions): Promise<BrokerProbe> {
  const settings = consumerSettings({ ...options, clientId: `${options.clientId}-probe` });
  const started = settings.clock.now();
  const limits = await askOnce(settings);
  return { display: settings.address.display, limits, answerMs: settings.clock.now() - started };
}

function askOnce(settings: ConsumerSettings): Promise<ConnackLimits> {
  const { protocol, maxPacketBytes } = settings;
  return new Promise((resolve, reject) => {
    const fail = (error: ConcheError) => {
      network.destroy();
      reject(error);
    };
    const splitter = new FrameSplitter(maxPacketBytes, ({ bytes, bodyStart }) => {
      const packet = readServerPacket(bytes, bodyStart, bytes.length, protocol);
      if (packet.cmd !== "connack")
        throw new ProtocolViolation(REASON.PROTOCOL_ERROR, `${packetWord(packet)} before CONNACK`);
      const answer = network.accept(packet);
      if (answer instanceof ConcheError) return fail(answer);
      network.leave(disconnectBytes(protocol));
      resolve(answer);
    });
    const network: NetworkConnection = new NetworkConnection(
      settings,
      new BrokerSocket(settings),
      sessionlessConnect(settings),
      { received: (chunk) => splitter.push(chunk), failed: fail },
    );
  });
}
