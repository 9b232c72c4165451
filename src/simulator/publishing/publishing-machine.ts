import type { Identity } from "../../contract/identity.ts";
import { type MachineAddress, type MessageType, machineKeyOf } from "../../contract/topic.ts";
import type { ConnectMachine, MachineConnection, PublishOutcome } from "../../mqtt/machine-connection.ts";
import { type Body, MachineVoice, type Numbering } from "./machine-voice.ts";

/** One machine on the wire: its voice over its connection. */
export class PublishingMachine {
  readonly #voice: MachineVoice;
  readonly #connection: MachineConnection;

  private constructor(voice: MachineVoice, connection: MachineConnection) {
    this.#voice = voice;
    this.#connection = connection;
  }

  /** Connects a machine that speaks as things happen, with its will. */
  static async connect(
    address: MachineAddress,
    connect: ConnectMachine,
    will: Body,
    numbering: Numbering | undefined,
  ): Promise<PublishingMachine> {
    const voice = new MachineVoice(address, numbering);
    return new PublishingMachine(
      voice,
      await connect(clientIdOf(address), voice.sayUnnumbered("state", will)),
    );
  }

  /**
   * Connects a machine that tells of the past: under a client id of its own, so that the machine itself can stay
   * connected, and without a will, which would speak of the present.
   */
  static async connectLate(
    address: MachineAddress,
    connect: (clientId: string) => Promise<MachineConnection>,
    numbering: Numbering | undefined,
  ): Promise<PublishingMachine> {
    const voice = new MachineVoice(address, numbering, true);
    return new PublishingMachine(voice, await connect(`${clientIdOf(address)}.history`));
  }

  get address(): MachineAddress {
    return this.#voice.address;
  }

  /** @param identity the number that the message has already; without it, it gets the machine's next one */
  publish(type: MessageType, body: Body, identity?: Identity): Promise<PublishOutcome> {
    return this.#connection.publish(this.#voice.say(type, body, identity));
  }

  /** Leaves out numbers: so many messages were said and will never be sent. */
  skip(count: number): void {
    this.#voice.skip(count);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

function clientIdOf(address: MachineAddress): string {
  return machineKeyOf(address).replaceAll("/", ".");
}
