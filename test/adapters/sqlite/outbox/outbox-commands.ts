// A process with an outbox open that does what it is told, line by line: for disks that are full or fail.
//
//   node outbox-commands.ts FOLDER
import { createInterface } from "node:readline";
import { SqliteOutbox } from "../../../../src/adapters/sqlite/outbox/outbox-sqlite.ts";
import type { MachineKey } from "../../../../src/contract/topic.ts";
import { ConcheError } from "../../../../src/errors/conche-error.ts";

const publisher = { machine: "tunis-01/line-a/s5_tempering/temper-01" as MachineKey, boot: "boot-0001" };
let next = 1;

async function carryOut(outbox: SqliteOutbox, [verb, value]: string[]): Promise<string> {
  const count = Number(value);
  if (verb === "append") {
    const messages = Array.from({ length: count }, (_, index) => {
      return {
        publisher,
        seq: next + index,
        type: "alarm" as const,
        durable: true,
        payload: "x".repeat(500),
      };
    });
    await outbox.append(messages);
    next += count;
    return `kept to ${next - 1}`;
  }
  if (verb === "forget") return `forgot ${(await outbox.delete(publisher, [[1, count]])).durable.messages}`;
  await outbox.close();
  return "closed";
}

function failure(error: unknown): string {
  return error instanceof ConcheError ? `${error.code} ${error.retryable}` : String(error);
}

const say = (line: string) => process.stdout.write(`${line}\n`);
try {
  const outbox = await SqliteOutbox.open(
    { folder: process.argv[2] ?? "", telemetryBytes: 1024 * 1024 },
    Date.now(),
  );
  say("open");
  for await (const line of createInterface({ input: process.stdin })) {
    say(await carryOut(outbox, line.split(" ")).catch(failure));
  }
} catch (error) {
  say(failure(error));
}
