import type { Identity } from "../../contract/identity.ts";
import { CURRENT_VERSION } from "../../contract/message.ts";
import { DELIVERY_POLICY } from "../../contract/policy.ts";
import { type MachineAddress, MESSAGE_TYPES, type MessageType, upTopic } from "../../contract/topic.ts";
import type { PublishedMessage } from "../../mqtt/machine-connection.ts";

/** A payload before it has an identity. */
export type Body = Readonly<Record<string, unknown>>;

/** How a machine's messages are numbered; version 1 payloads carry no identity. */
export interface Numbering {
  readonly boot: string;
}

const VERSION_FIRST = `{"v":${CURRENT_VERSION},`;

/**
 * What one machine says as it goes on the wire: each payload gets its identity, and its type's topic, QoS and retain
 * flag. The order of calls is the order of numbers.
 */
export class MachineVoice {
  readonly address: MachineAddress;
  readonly #numbering: Numbering | undefined;
  readonly #late: boolean;
  readonly #topics: Readonly<Record<MessageType, string>>;
  #seq = 0;

  /**
   * @param late for what is published long after it happened: at QoS 1 whatever its type, not retained, because
   *   nobody must take it for the present, and marked as a refill, so that its age doesn't pass for a wrong clock
   */
  constructor(address: MachineAddress, numbering: Numbering | undefined, late = false) {
    this.address = address;
    this.#numbering = numbering;
    this.#late = late;
    this.#topics = Object.fromEntries(MESSAGE_TYPES.map((type) => [type, upTopic(address, type)])) as Record<
      MessageType,
      string
    >;
  }

  /** The machine's next message, or one that has its number already. */
  say(type: MessageType, body: Body, identity: Identity | undefined = this.#next()): PublishedMessage {
    return this.#published(type, body, numbered(JSON.stringify(body), identity));
  }

  /**
   * A message without a number: a will. It may be published at any later time, or never, and a number set aside for
   * it would be a gap until then.
   */
  sayUnnumbered(type: MessageType, body: Body): PublishedMessage {
    return this.#published(type, body, JSON.stringify(body));
  }

  /** Leaves out numbers: so many messages were said and will never be sent. */
  skip(count: number): void {
    this.#seq += count;
  }

  #next(): Identity | undefined {
    return this.#numbering === undefined ? undefined : { boot: this.#numbering.boot, seq: ++this.#seq };
  }

  #published(type: MessageType, body: Body, payload: string): PublishedMessage {
    const topic = this.#topics[type];
    const schema = `${type}/${typeof body.v === "number" ? body.v : 1}`;
    if (this.#late) return { topic, payload, qos: 1, retain: false, schema, refill: true };
    const { qos, retain } = DELIVERY_POLICY[type];
    return { topic, payload, qos, retain, schema };
  }
}

function numbered(text: string, identity: Identity | undefined): string {
  if (identity === undefined) return text;
  const front = text.startsWith(VERSION_FIRST) ? VERSION_FIRST : "{";
  return `${front}"boot":"${identity.boot}","seq":${identity.seq},${text.slice(front.length)}`;
}
