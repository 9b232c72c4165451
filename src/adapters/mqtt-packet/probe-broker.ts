import type { Socket } from "node:net";
import { ConcheError } from "../../errors/conche-error.ts";
import { closedByBroker, isHangUp, socketFailure, unreachable } from "../../mqtt/broker-failure.ts";
import { REASON } from "../../mqtt/reason-codes.ts";
import { BrokerSocket, leaveSocket } from "./broker-socket.ts";
import { FrameSplitter } from "./frame-splitter.ts";
import { generate } from "./generate.ts";
import { type ConnackLimits, readConnack, sessionlessConnect } from "./handshake.ts";
import { type ConsumerSettings, consumerSettings, type MqttConsumerOptions } from "./options.ts";
import { PacketReader } from "./packet-reader.ts";
import { ProtocolViolation, protocolBroken } from "./protocol-violation.ts";

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
  const { clock, connectTimeoutMs, protocol, maxPacketBytes } = settings;
  return new Promise((resolve, reject) => {
    const socket: Socket = new BrokerSocket(settings).open(() =>
      socket.write(generate(sessionlessConnect(settings))),
    );
    const cancel = clock.after(connectTimeoutMs, () => {
      fail(unreachable(settings.address.display, `no answer within ${connectTimeoutMs} ms`));
    });
    const fail = (error: ConcheError) => {
      cancel();
      socket.destroy();
      reject(error);
    };
    const reader = new PacketReader(protocol);
    const splitter = new FrameSplitter(maxPacketBytes, (frame) => {
      const packet = reader.read(frame.bytes);
      if (packet.cmd !== "connack")
        throw new ProtocolViolation(REASON.PROTOCOL_ERROR, `${packet.cmd} before CONNACK`);
      const answer = readConnack(packet, settings);
      if (answer instanceof ConcheError) return fail(answer);
      cancel();
      leaveSocket(socket, generate({ cmd: "disconnect" }, { protocolVersion: protocol }), clock);
      resolve(answer);
    });
    socket.on("data", (chunk: Buffer) => {
      try {
        splitter.push(chunk);
      } catch (error) {
        if (!(error instanceof ProtocolViolation)) throw error;
        fail(protocolBroken(settings, error, false));
      }
    });
    socket.on("error", (error) =>
      fail(
        isHangUp(error) ? closedByBroker(settings, false) : socketFailure(settings.address.display, error),
      ),
    );
    socket.on("close", () => fail(closedByBroker(settings, false)));
  });
}
