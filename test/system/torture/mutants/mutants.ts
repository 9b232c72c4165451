/** A place in the sources, and what is planted there. */
export interface Patch {
  /** From the root of the checkout. */
  readonly file: string;
  /** Occurs in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** A bug that the harness must catch. */
export interface Mutant {
  readonly name: string;
  /** The row of the fault matrix that catches it. */
  readonly row: number;
  /** What goes wrong. */
  readonly what: string;
  readonly patches: readonly Patch[];
  /** Of a row that chooses its target by the seed: which of its three, by the remainder of the seed. */
  readonly target?: 0 | 1 | 2;
}

const COMMIT = "    const position = await this.#persist(() => this.#log.commit(commitGroup));\n";
const ANSWERED = '    if (answer.kind === "no-subscriber") this.counts.unheard++;\n';
const FORGET = "this.#dependencies.forget(state.publisher, [[message.seq, message.seq]]);\n";

/** Bugs that would break a promise; each is planted into a copy of the sources, never here. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "ack-before-commit",
    row: 6,
    what: "messages are acknowledged before they are committed",
    patches: [
      {
        file: "src/ingest/ingester.ts",
        find: COMMIT,
        replace: `    this.#answer(messages, settles, undefined);\n    await new Promise<void>((resolve) => setImmediate(resolve));\n${COMMIT}`,
      },
      {
        file: "src/ingest/ingester.ts",
        find: "    this.#classifier.forgetIdle(classified.touched);\n    this.#answer(messages, settles, undefined, verdictsOf(messages, decoded, classified));\n",
        replace: "    this.#classifier.forgetIdle(classified.touched);\n",
      },
    ],
  },
  {
    name: "synchronous-normal",
    row: 6,
    what: "commits are not synced",
    patches: [
      {
        file: "src/adapters/sqlite/database/connection.ts",
        find: "PRAGMA synchronous = FULL;",
        replace: "PRAGMA synchronous = NORMAL;",
      },
      {
        file: "src/adapters/sqlite/database/connection.ts",
        find: "if (found.synchronous !== 2)",
        replace: "if (found.synchronous !== 1)",
      },
    ],
  },
  {
    name: "no-epoch-fence",
    row: 18,
    what: "an acknowledgement goes out on whatever connection there is",
    patches: [
      {
        file: "src/adapters/mqtt-packet/connection.ts",
        find: "const PUBLISH_TYPE = 3;\n",
        replace: "const PUBLISH_TYPE = 3;\nlet newest: Connection | undefined;\n",
      },
      {
        file: "src/adapters/mqtt-packet/connection.ts",
        find: "    const write = (bytes: Buffer) => this.#write(bytes);\n    this.#replays",
        replace:
          "    newest = this;\n    const write = (bytes: Buffer) => newest?.#write(bytes);\n    this.#replays",
      },
      {
        file: "src/adapters/mqtt-packet/intake.ts",
        find: "      if (this.#closed) return;\n      stats.acknowledged",
        replace: "      stats.acknowledged",
      },
      {
        file: "src/adapters/mqtt-packet/intake.ts",
        find: "    else if (this.#closed) stats.settledTooLate++;\n",
        replace: "",
      },
    ],
  },
  {
    name: "no-dedup",
    row: 19,
    what: "a number that was seen before is stored again",
    patches: [
      {
        file: "src/ingest/classifier.ts",
        find: '        if (verdict === "seen") classified.suspects.push(suspect);\n',
        replace: '        if (verdict === "seen") classified.messages.push(record);\n',
      },
    ],
  },
  {
    name: "reason-16-is-success",
    row: 4,
    what: "the publisher forgets what the broker took though nobody subscribes",
    patches: [
      {
        file: "src/edge/sender.ts",
        find: ANSWERED,
        replace: `    if (answer.kind === "no-subscriber") ${FORGET}`,
      },
    ],
  },
  {
    name: "deleted-on-puback",
    row: 21,
    what: "the publisher forgets what the broker has acknowledged",
    patches: [
      {
        file: "src/edge/sender.ts",
        find: ANSWERED,
        replace: `${ANSWERED}    if (answer.kind === "taken") ${FORGET}`,
      },
    ],
  },
  {
    name: "receipt-of-an-old-boot",
    row: 2,
    what: "the publisher takes a receipt for an earlier boot as one for its own numbers",
    patches: [
      {
        file: "src/edge/uplink.ts",
        find: "    const state = queue.state(receipt.boot);\n",
        replace: "    const state = queue.state(receipt.boot) ?? [...queue.states].at(-1);\n",
      },
      {
        file: "src/edge/publisher-state.ts",
        find: '    if (this.own && receipt.through > this.#highest) return { kind: "ignored", why: "impossible" };\n',
        replace: "",
      },
    ],
  },
  {
    name: "sequences-outside-transaction",
    row: 1,
    what: "what is derived from the messages is written after their transaction, and so may be behind it",
    patches: [
      {
        file: "src/adapters/sqlite/log/sqlite-message-log.ts",
        find: "    this.#sequences.save(group.sequences);\n",
        replace: "",
      },
      {
        file: "src/adapters/sqlite/log/sqlite-message-log.ts",
        find: "    this.#transaction.commit.run();\n    return totals;\n",
        replace: "    this.#transaction.commit.run();\n    this.#sequences.save(group.sequences);\n",
      },
    ],
  },
  {
    name: "acks-out-of-order",
    row: 18,
    what: "the acknowledgements of a group go out in another order than its messages came in",
    patches: [
      {
        file: "src/adapters/mqtt-packet/acknowledgements.ts",
        find: "const packetId = this.#packetIds[this.#oldest % CAPACITY] ?? 0;",
        replace: "const packetId = this.#packetIds[(end - 1 - at / PUBACK_BYTES) % CAPACITY] ?? 0;",
      },
    ],
  },
  {
    name: "quarantine-not-stored",
    row: 2,
    what: "what belongs into quarantine is counted and thrown away",
    patches: [
      {
        file: "src/adapters/sqlite/log/sqlite-message-log.ts",
        find: "    this.#quarantine.append(group.quarantined);\n",
        replace: "",
      },
    ],
  },
  {
    name: "acknowledged-before-outbox",
    row: 2,
    target: 1, // an edge
    what: "a gateway acknowledges what it has not in its outbox yet",
    patches: [
      {
        file: "src/edge/forwarding/forwarder.ts",
        find: "    this.#pendingBytes += item.bytes;\n    taken.then(\n",
        replace:
          "    this.#pendingBytes += item.bytes;\n    this.#settle(item, undefined);\n    taken.then(\n",
      },
      {
        file: "src/edge/forwarding/forwarder.ts",
        find: "        this.counts.taken++;\n        this.#settle(item, undefined);\n",
        replace: "        this.counts.taken++;\n",
      },
    ],
  },
  {
    name: "repetitions-forgotten",
    row: 2,
    target: 1, // an edge
    what: "a gateway that was killed takes what its machines repeat for something new",
    patches: [
      {
        file: "src/edge/forwarding/taken-transfers.ts",
        find: "    for (const transfer of remembered) ",
        replace: "    for (const transfer of remembered.slice(0, 0)) ",
      },
    ],
  },
  {
    name: "refill-counted-as-new",
    row: 20,
    what: "a number that comes late is taken for a new one, and its gap stays",
    patches: [
      {
        file: "src/ingest/sequence-tracker.ts",
        find: "    } else if (this.#missing.delete(seq) === 1) this.#refilled++;\n",
        replace: "    } else if (this.#missing.has(seq)) this.#refilled++;\n",
      },
    ],
  },
  {
    name: "receipt-beyond-a-gap",
    row: 21,
    what: "a receipt says that everything up to the highest number is on disk, whatever is missing",
    patches: [
      {
        file: "src/ingest/sequence-tracker.ts",
        find: "    missing: listed.map(([from, to]) => [from, to]),\n",
        replace: "    missing: [],\n",
      },
    ],
  },
  {
    name: "pruned-past-the-receipt",
    row: 21,
    what: "the outbox forgets everything up to a little more than the highest number that a receipt covers",
    patches: [
      {
        file: "src/edge/forgetter.ts",
        find: "this.#dependencies.outbox.delete(publisher, covered.ranges)",
        replace: "this.#dependencies.outbox.delete(publisher, [[1, covered.highest + 3]])",
      },
    ],
  },
  {
    name: "replay-taken-for-an-event",
    row: 47,
    what: "what a broker has retained is stored again with every subscription",
    patches: [
      {
        file: "src/ingest/classifier.ts",
        find: "      if (message.mayBeReplay && this.#repeatsRetained(decoded, classified)) {\n",
        replace:
          "      if (message.mayBeReplay && this.#repeatsRetained(decoded, classified) && record.qos > 2) {\n",
      },
    ],
  },
  {
    name: "event-taken-for-a-replay",
    row: 47,
    what: "a live message with the bytes of the retained one is taken for the broker's replay of it",
    patches: [
      {
        file: "src/adapters/mqtt-packet/replay-window.ts",
        find: "    if (this.#replayed === undefined || this.#replayed.has(topic)) return false;\n",
        replace: "    if (this.#replayed === undefined || this.#replayed.has(topic)) return retain;\n",
      },
    ],
  },
  {
    name: "bound-not-checked",
    row: 9,
    what: "the outbox takes more than its limit",
    patches: [
      {
        file: "src/edge/hand-over.ts",
        find: "    if (message.durable && held + bytes > limits.outboxBytes) return this.#full(held);\n",
        replace:
          "    if (message.durable && held + bytes > limits.outboxBytes * 1_000) return this.#full(held);\n",
      },
    ],
  },
  {
    name: "pubrec-before-commit",
    row: 52,
    what: "a QoS 2 message is acknowledged before it is on disk",
    patches: [
      {
        file: "src/broker/publish-intake.ts",
        find: "    if (message.qos === 2) session.storing.set(message.packetId, connection);\n",
        replace:
          "    if (message.qos === 2) {\n      session.storing.set(message.packetId, connection);\n      this.#acknowledge(connection, PACKET.PUBREC, message.packetId, undefined);\n    }\n",
      },
    ],
  },
  {
    name: "qos-2-number-not-freed-on-disk",
    row: 52,
    what: "after a restart a number counts as received that its client has released",
    patches: [
      {
        file: "src/broker/session-changes.ts",
        find: "    if (this.#kept) this.#change(session).released.push(packetId);\n",
        replace: "    if (this.#kept && packetId > 65_535) this.#change(session).released.push(packetId);\n",
      },
    ],
  },
  {
    name: "session-not-kept",
    row: 52,
    what: "a session that asked to be kept is gone after a restart",
    patches: [
      {
        file: "src/broker/session-changes.ts",
        find: "      const kept = !session.ended && session.expirySeconds > 0;\n",
        replace: "      const kept = !session.ended && session.expirySeconds > 86_400;\n",
      },
    ],
  },
];
