import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { runConche } from "../../../commands/run-conche.ts";
import { freePort } from "../../../servers/mosquitto.ts";
import { AcknowledgedPublisher } from "../../acknowledged-load.ts";
import { Center } from "../center.ts";
import { compare } from "../comparison.ts";
import { entriesIn } from "../ledger.ts";
import { Disk, SURVIVING } from "../power-loss/disk.ts";
import { noTrace, readTrace, type TraceEvent, traced } from "../power-loss/trace.ts";
import { Publisher } from "../publisher.ts";
import type { Row } from "../row.ts";
import type { TortureRun } from "../torture-run.ts";

const CENTER_MODELS = 6;
const OUTBOX_MODELS = 3;
const PUBLISHERS = 4;

/**
 * Row 6. kill -9 can't show what the loss of power does, as the operating system keeps what a process has written.
 * So every write and sync is recorded, and disks are made that have kept what was synced up to some moment and any
 * part of the rest; whatever had been acknowledged by that moment must be there.
 */
export const powerLoss: Row = {
  number: 6,
  fault: "power loss",
  holds: "no receipted row lost",
  weight: 2,
  skip: noTrace(),
  async run(run) {
    await dataCenters(run);
    await outboxes(run);
  },
};

/** Numbers that one machine was told are on disk. */
interface Acknowledged {
  readonly machine: string;
  readonly boot: string;
  readonly seqs: Set<number>;
}

async function dataCenters(run: TortureRun): Promise<void> {
  const center = await Center.make(run);
  const machines = new Map<number, AcknowledgedPublisher>();
  const events: TraceEvent[] = [];
  // The first process ends in order, which moves its write-ahead log into the database; the second one is killed.
  for (const process of [1, 2]) {
    const output = join(run.folder, `center-${process}.trace`);
    await center.start(traced(output));
    const limit = run.integer(50, 400);
    const publishers = Array.from({ length: PUBLISHERS }, (_, index) => {
      return new AcknowledgedPublisher(center.port, index, limit);
    });
    await run.within("all is acknowledged", Promise.all(publishers.map((publisher) => publisher.finished())));
    for (const publisher of publishers) machines.set(publisher.port, publisher);
    if (process === 1) await center.endInOrder();
    else await center.kill();
    for (const publisher of publishers) publisher.leave();
    events.push(...shifted(readTrace(output, center.data), events.length));
  }
  for (let model = 1; model <= run.times(CENTER_MODELS); model++) {
    const moment = momentIn(run, events);
    const data = loseThePower(run, events, moment, `data-${model}`);
    const acknowledged = acknowledgedBy(events.slice(0, moment), machines);
    const after = await Center.make(run, {}, data.name);
    await after.start();
    await after.endInOrder();
    const found = stored(after.data);
    for (const { machine, boot, seqs } of acknowledged) {
      run.messages += seqs.size;
      const lost = [...seqs].filter((seq) => !found.has(`factory/${machine}/telemetry ${boot} ${seq}`));
      run.lost += lost.length;
      run.require(lost.length === 0, `${data.what}: ${lost.length} acknowledged messages of ${machine} lost`);
    }
    const verify = await runConche(["verify", "--data", after.data]);
    run.require(verify.code === 0, `${data.what}: conche verify: ${verify.out}${verify.err}`);
    if (run.violations.length > 0) return; // what follows would say the same
  }
}

async function outboxes(run: TortureRun): Promise<void> {
  const output = join(run.folder, "outbox.trace");
  const nobody = `mqtt://127.0.0.1:${await freePort()}`;
  const messages = run.integer(60, 300);
  const publisher = new Publisher(run, { url: nobody, messages, wrapper: traced(output) });
  publisher.start();
  await publisher.notice("has handed over all", ({ kind }) => kind === "talked");
  await publisher.kill();
  const events = readTrace(output, publisher.outbox, run.ledger);
  for (let model = 1; model <= run.times(OUTBOX_MODELS); model++) {
    const moment = momentIn(run, events);
    const { what } = loseThePower(run, events, moment, `outbox-model-${model}`);
    const told = events.slice(0, moment).filter((event) => event.kind === "told");
    const ledger = entriesIn(Buffer.concat(told.map(({ bytes }) => bytes)).toString());
    const center = await Center.make(run, {}, `data-outbox-${model}`);
    await center.start();
    await new Publisher(run, { url: center.url }, `model-${model}`).bringTheRest();
    await center.endInOrder();
    // Telemetry is left to the operating system, and goes with it.
    const found = compare(ledger, center.data, { mayBeMissing: (entry) => !entry.durable });
    run.messages += found.taken;
    run.lost += found.lost.length;
    run.duplicated += found.duplicated.length;
    run.altered += found.altered.length;
    const { lost, duplicated, altered } = found;
    const wrong = [...lost, ...duplicated, ...altered];
    run.require(
      wrong.length === 0,
      `${what}: ${JSON.stringify({ lost, duplicated, altered }).slice(0, 800)}`,
    );
  }
}

/** When the power goes: at any time, and twice as often right after something was said to be on disk. */
function momentIn(run: TortureRun, events: readonly TraceEvent[]): number {
  const told = events.flatMap(({ kind }, index) => (kind === "told" ? [index + 1] : []));
  const [first, ...others] = told;
  if (first === undefined || run.chance(1 / 3)) return run.integer(1, events.length);
  return run.pick([first, ...others]);
}

/** Makes the folder that the loss of power after so many events leaves. */
function loseThePower(
  run: TortureRun,
  events: readonly TraceEvent[],
  moment: number,
  name: string,
): { readonly name: string; readonly what: string } {
  const disk = new Disk();
  for (const event of events.slice(0, moment)) disk.apply(event);
  const surviving = run.pick(SURVIVING);
  disk.write(join(run.folder, name), surviving, run.random);
  run.powerLosses++;
  return { name, what: `${name}: power lost after event ${moment} of ${events.length}, ${surviving} kept` };
}

/** Events of a later trace; what a sync covers is counted over all of them. */
function shifted(events: readonly TraceEvent[], by: number): TraceEvent[] {
  return events.map((event) => (event.kind === "sync" ? { ...event, covers: event.covers + by } : event));
}

/** What each machine had been told, from the bytes on its connection: CONNACK, then nothing but PUBACKs. */
function acknowledgedBy(
  events: readonly TraceEvent[],
  machines: ReadonlyMap<number, AcknowledgedPublisher>,
): Acknowledged[] {
  const acknowledged = new Map<AcknowledgedPublisher, Acknowledged>();
  for (const event of events) {
    if (event.kind !== "told") continue;
    const publisher = machines.get(Number(/:(\d+)\]$/.exec(event.whom)?.[1]));
    if (publisher === undefined) continue;
    const { machine, boot } = publisher;
    const known = acknowledged.get(publisher) ?? { machine, boot, seqs: new Set() };
    acknowledged.set(publisher, known);
    // Each packet has four bytes, and none is sent in pieces.
    for (let at = 0; at + 4 <= event.bytes.length; at += 4) {
      if (event.bytes[at] === 0x40) known.seqs.add(event.bytes.readUInt16BE(at + 2));
    }
  }
  return [...acknowledged.values()];
}

/** Every numbered message of a log. */
function stored(data: string): Set<string> {
  const database = new DatabaseSync(join(data, "datacenter_messages.db"), { readOnly: true });
  try {
    const rows = database.prepare("SELECT topic, boot, seq FROM mqtt_messages").all();
    return new Set(rows.map(({ topic, boot, seq }) => `${topic} ${boot} ${seq}`));
  } finally {
    database.close();
  }
}
