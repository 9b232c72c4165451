// A publisher with a ledger, in a process of its own, to be killed: numbers, ledgers and hands over messages of a few
// machines until it is told to finish, then waits for the last receipt.
//
//   node publisher-child.ts '{"url": …}'      (PublisherOptions as JSON; a line on standard input: `finish`, or `more 500`)
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { ConcheError, type EdgeMachine, openEdge } from "../../../src/index.ts";
import { seededRandom } from "../seeded-random.ts";
import { LedgerWriter, type Outcome } from "./ledger.ts";
import { forwardedMessage, libraryMessage, type PreparedMessage } from "./messages.ts";
import type { PublisherNotice, PublisherOptions } from "./publisher-options.ts";

const options: PublisherOptions = JSON.parse(process.argv[2] ?? "{}");
const random = seededRandom(options.seed);
const tell = (notice: PublisherNotice) => process.stdout.write(`${JSON.stringify(notice)}\n`);

const { url, outbox, part } = options;
const edge = await openEdge({ url, outbox, ...options.edge });
edge.onEvent((event) => tell({ kind: "event", event: event.kind, detail: detailOf(event) }));
const ledger = new LedgerWriter(options.ledger, part);
const will = { will: { ts: "unknown", state: "OFFLINE" } } as const;
const machines: EdgeMachine[] = [];
for (const machine of options.machines) machines.push(await edge.machine(machine, will));
/** Machines that number for themselves, as behind a gateway that forwards: every other one. */
const numbered = new Map(
  machines.filter((_, index) => index % 2 === 1).map((machine) => [machine, newNumbers()]),
);

let finishing = options.messages === 0;
let most = options.messages;
let told = Promise.withResolvers<void>();
createInterface({ input: process.stdin }).on("line", (line) => {
  const [, more] = /^more (\d+)$/.exec(line) ?? [];
  if (more === undefined) finishing = true;
  else most += Number(more);
  told.resolve();
  told = Promise.withResolvers();
});
tell({ kind: "opened" });
let count = 0;
let taken = 0;
while (!finishing) {
  if (count === most) {
    const next = told.promise;
    tell({ kind: "talked", taken, of: count });
    await next;
    continue;
  }
  const size = Math.min(options.batch, most - count);
  const batch = Array.from({ length: size }, () => prepare(++count));
  ledger.intend(batch.map(({ intent }) => intent));
  const outcomes = await Promise.all(batch.map(handOver));
  ledger.conclude(outcomes);
  taken += outcomes.filter((outcome) => outcome.taken).length;
  tell({ kind: "taken", taken, of: count });
  await new Promise((resolve) => setTimeout(resolve, random() * options.pauseMs));
}
await edge.drained();
tell({ kind: "drained", status: edge.status() });
await edge.close();
ledger.close();
process.exit(0);

function newNumbers() {
  return { boot: randomUUID(), seq: 0 };
}

function prepare(index: number): PreparedMessage {
  const machine = machines[Math.floor(random() * machines.length)] as EdgeMachine; // below its length
  const token = `T~${part}-${index}~`;
  const numbers = numbered.get(machine);
  if (numbers === undefined) return libraryMessage(machine, token, random);
  return forwardedMessage(machine, token, random, { boot: numbers.boot, seq: ++numbers.seq }, options.broken);
}

async function handOver({ intent, handOver: hand }: PreparedMessage): Promise<Outcome> {
  const { token } = intent;
  try {
    return { token, taken: true, ...(await hand()) };
  } catch (error) {
    return { token, taken: false, code: error instanceof ConcheError ? error.code : String(error) };
  }
}

function detailOf(event: object): unknown {
  return Object.fromEntries(
    Object.entries(event).map(([name, value]) => [name, value instanceof Error ? value.message : value]),
  );
}
