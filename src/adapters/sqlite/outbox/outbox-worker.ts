// The outbox's thread: carries out calls one after the other, so that an fsync holds up nobody but the next call.
import { parentPort, workerData } from "node:worker_threads";
import type { OutboxDatabase } from "./outbox-database.ts";
import { type OutboxOptions, openOutboxDatabase } from "./outbox-open.ts";
import {
  errorRecord,
  type OutboxReply,
  type OutboxRequest,
  type PackedRead,
} from "./outbox-worker-message.ts";
import { pack, transferred, unpackNew } from "./packed-entries.ts";

function reply(message: OutboxReply, handedOver: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, handedOver);
}

function carryOut(database: OutboxDatabase, request: Exclude<OutboxRequest, { name: "read" }>): unknown {
  switch (request.name) {
    case "append": {
      const [packed, notes] = request.takes;
      return database.append(unpackNew(packed), notes);
    }
    case "delete":
      return database.delete(...request.takes);
    case "oldest":
      return database.oldest();
    case "close":
      return database.close();
  }
}

function answer(database: OutboxDatabase, request: OutboxRequest): void {
  const { id, name } = request;
  try {
    if (request.name === "read") {
      const { entries, through } = database.read(...request.takes);
      const gives: PackedRead = { packed: pack(entries), through };
      reply({ kind: "done", id, gives }, transferred(gives.packed));
    } else reply({ kind: "done", id, gives: carryOut(database, request) });
  } catch (error) {
    reply({ kind: "failed", id, error: errorRecord(error) });
  }
  if (name === "close") parentPort?.close();
}

try {
  const { options, nowMs } = workerData as { options: OutboxOptions; nowMs: number };
  const database = await openOutboxDatabase(options, nowMs);
  parentPort?.on("message", (request: OutboxRequest) => answer(database, request));
  reply({ kind: "opened", leftovers: database.holdings(), memory: database.memory() });
} catch (error) {
  reply({ kind: "not-opened", error: errorRecord(error) });
}
