import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { BlockKey, OpenBlock } from "../log/open-block.ts";
import { contentFault, readBlockEntry } from "../log/read-block.ts";
import type { Findings } from "./verify-findings.ts";

/** Holds the block index against blocks as their rows give them, one after the other. */
export class IndexCheck {
  readonly #db: DatabaseSync;
  readonly #findings: Findings;
  readonly #recentKeys: StatementSync;
  readonly #sortedKey: StatementSync;
  #entries = 0;
  #sortedKeys = 0;

  constructor(db: DatabaseSync, findings: Findings) {
    this.#db = db;
    this.#findings = findings;
    this.#recentKeys = db.prepare("SELECT key, min_seq, max_seq FROM block_keys_recent WHERE block = ?");
    this.#sortedKey = db.prepare("SELECT min_seq, max_seq FROM block_keys WHERE key = ? AND block = ?");
  }

  /** Checks a block that is full. */
  closedBlock(found: OpenBlock): void {
    const { block } = found;
    const entry = readBlockEntry(this.#db, block);
    if (entry === undefined) {
      this.#findings.add("block", `block ${block} is not in the index`);
      return;
    }
    this.#entries++;
    const fault = contentFault(entry, found);
    if (fault !== undefined) this.#findings.add("content", fault);
    // Wider than the rows would only cost a query some time; narrower would hide rows from it.
    const hides =
      entry.minReceivedAt > found.minReceivedAt ||
      entry.maxReceivedAt < found.maxReceivedAt ||
      entry.minEventMs > found.minEventMs ||
      entry.maxEventMs < found.maxEventMs;
    if (hides) this.#findings.add("block", `block ${block} has rows outside the times of its entry`);
    this.#keys(block, found.keys());
  }

  /** After the last block: entries and keys that no row accounts for. */
  finish(): void {
    const { entries } = this.#db.prepare("SELECT count(*) AS entries FROM log_blocks").get() as {
      entries: number;
    };
    if (entries !== this.#entries) {
      this.#findings.add("block", `the index has ${entries} blocks, ${this.#entries} of them have rows`);
    }
    const { keys } = this.#db.prepare("SELECT count(*) AS keys FROM block_keys").get() as { keys: number };
    if (keys !== this.#sortedKeys) {
      this.#findings.add("block", `the index has ${keys} sorted keys, the rows give ${this.#sortedKeys}`);
    }
  }

  #keys(block: number, expected: readonly BlockKey[]): void {
    const recent = this.#recentKeys.all(block);
    const wrong: string[] = [];
    if (recent.length > 0) {
      const found = new Map(recent.map((row) => [String(row.key), row]));
      for (const key of expected) if (!sameNumbers(found.get(key.key), key)) wrong.push(key.key);
      if (found.size !== expected.length) wrong.push(`${found.size} keys instead of ${expected.length}`);
    } else {
      this.#sortedKeys += expected.length;
      for (const key of expected) {
        if (!sameNumbers(this.#sortedKey.get(key.key, block), key)) wrong.push(key.key);
      }
    }
    if (wrong.length === 0) return;
    const some = wrong.slice(0, 3).join(", ");
    this.#findings.add(
      "block",
      `block ${block}: ${wrong.length} keys are absent or differ, among them ${some}`,
    );
  }
}

function sameNumbers(row: Record<string, unknown> | undefined, key: BlockKey): boolean {
  return row !== undefined && row.min_seq === key.minSeq && row.max_seq === key.maxSeq;
}
