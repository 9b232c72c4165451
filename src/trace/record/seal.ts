import type { StoredMessage } from "../../log/log-reading.ts";

/** What a batch record is sealed with: a hash chain over the messages that it was made of. */
export interface Seal {
  readonly algorithm: "sha256-chain/1";
  /** Messages in the chain, in the order of the log. */
  readonly messages: number;
  /** Ids of the first and the last of them; 0 where there is none. */
  readonly first_id: number;
  readonly last_id: number;
  /** The last link, hexadecimal. */
  readonly hash: string;
}

/** What of a message the chain of hashes covers. */
export type Sealed = Pick<StoredMessage, "id" | "topic" | "receivedAt" | "payload">;

/**
 * Links messages one by one: each link is the hash of the one before and of the message's id, topic, received time and
 * payload, byte by byte. Whoever changes, adds or removes one changes every link after it.
 */
export class SealChain {
  readonly #sha256: (text: string) => string;
  #hash = "";
  #messages = 0;
  #first = 0;
  #last = 0;

  /** @param sha256 hexadecimal digest of a text in UTF-8 */
  constructor(sha256: (text: string) => string) {
    this.#sha256 = sha256;
  }

  add({ id, topic, receivedAt, payload }: Sealed): void {
    this.#hash = this.#sha256(`${this.#hash}\n${id}\n${topic}\n${receivedAt}\n${payload}`);
    this.#messages += 1;
    this.#first ||= id;
    this.#last = id;
  }

  get seal(): Seal {
    return {
      algorithm: "sha256-chain/1",
      messages: this.#messages,
      first_id: this.#first,
      last_id: this.#last,
      hash: this.#hash,
    };
  }
}

/** How a seal stands to a log today. */
export interface SealCheck {
  readonly holds: boolean;
  readonly expected: Seal;
  readonly found: Seal;
  /** Messages that name the batch and came after it was sealed. */
  readonly later: number;
}

/** Computes a seal again. @param messages all that name the batch, in the order of the log */
export function checkSeal(
  expected: Seal,
  messages: Iterable<Sealed>,
  sha256: (text: string) => string,
): SealCheck {
  const chain = new SealChain(sha256);
  let later = 0;
  for (const message of messages) {
    if (message.id <= expected.last_id) chain.add(message);
    else later += 1;
  }
  const found = chain.seal;
  return {
    holds: found.hash === expected.hash && found.messages === expected.messages,
    expected,
    found,
    later,
  };
}
