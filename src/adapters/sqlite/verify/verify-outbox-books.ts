import { BOOT_PATTERN } from "../../../contract/identity.ts";
import { isUpTopic, parseUpTopic, UP_ROOT } from "../../../contract/topic.ts";
import type { Holding } from "../../../edge/outbox.ts";
import type { OutboxBook, OutboxFindingKind, OutboxPublisher } from "../../../edge/outbox-report.ts";
import type { SeqSet } from "../../../sequence/seq-set.ts";
import type { FoundWaiting } from "./verify-outbox-rows.ts";

type Row = Readonly<Record<string, unknown>>;

/** What doesn't hold of one publisher: its name, its books against what waits, its numbers. */
export function publisherFaults(
  row: Row,
  waiting: FoundWaiting | undefined,
): [kind: OutboxFindingKind, detail: string][] {
  const faults: [OutboxFindingKind, string][] = [];
  const topic = parseUpTopic(`${UP_ROOT}/${String(row.machine)}/state`);
  if (!isUpTopic(topic)) faults.push(["publisher", `no machine has this address: ${topic.detail}`]);
  if (!BOOT_PATTERN.test(String(row.boot))) faults.push(["publisher", "no boot looks like this"]);
  const book = bookOf(row);
  for (const detail of bookFaults(book, holdingOf(waiting))) faults.push(["books", detail]);
  const highest = Number(row.highest);
  const taken = book.durable.taken + book.telemetry.taken;
  const { durable, telemetry } = waiting?.numbers ?? {};
  const top = Math.max(durable?.highest ?? 0, telemetry?.highest ?? 0);
  if (top > highest) faults.push(["numbers", `number ${top} waits, the highest was ${highest}`]);
  if (row.gapless === 1 && highest !== taken) {
    faults.push(["numbers", `numbers up to ${highest} were given, ${taken} messages were taken`]);
  }
  if (taken > 0 && highest === 0)
    faults.push(["numbers", `${taken} messages were taken, and no number was given`]);
  const [both] = waiting?.twice.ranges ?? [];
  if (both !== undefined) {
    faults.push([
      "twice",
      `the numbers ${both[0]} to ${both[1]} wait both as telemetry and as what must not be lost`,
    ]);
  }
  return faults;
}

/** Taken = receipted + dropped + waiting. */
function bookFaults({ durable, telemetry }: OutboxBook, waiting: Holding): string[] {
  const faults: string[] = [];
  const { messages: kept } = waiting.durable;
  if (durable.taken !== durable.receipted + kept) {
    faults.push(
      `${durable.taken} messages that must not be lost were taken, which is not ${durable.receipted} receipted + ${kept} waiting`,
    );
  }
  const { messages: ring } = waiting.telemetry;
  if (telemetry.taken !== telemetry.receipted + telemetry.dropped + ring) {
    faults.push(
      `${telemetry.taken} telemetry messages were taken, which is not ${telemetry.receipted} receipted + ${telemetry.dropped} dropped + ${ring} waiting`,
    );
  }
  return faults;
}

/** In all it must hold too, and be no less than what those account for who are still listed. */
export function totalFaults(
  totals: OutboxBook,
  publishers: readonly OutboxBook[],
  waiting: readonly Holding[],
): string[] {
  const faults = bookFaults(totals, sumOf(waiting)).map((detail) => `in all: ${detail}`);
  const entries: [what: string, of: (book: OutboxBook) => number][] = [
    ["messages taken", ({ durable }) => durable.taken],
    ["messages receipted", ({ durable }) => durable.receipted],
    ["telemetry messages taken", ({ telemetry }) => telemetry.taken],
    ["telemetry messages receipted", ({ telemetry }) => telemetry.receipted],
    ["telemetry messages dropped", ({ telemetry }) => telemetry.dropped],
  ];
  for (const [what, of] of entries) {
    const sum = publishers.reduce((total, book) => total + of(book), 0);
    if (sum > of(totals)) faults.push(`in all: ${of(totals)} ${what}, ${sum} by the machines' books`);
  }
  return faults;
}

/** A publisher with its books, and what was found waiting of it. */
export function publisherOf(
  row: Row,
  waiting: FoundWaiting | undefined,
  consistent: boolean,
): OutboxPublisher {
  return {
    boot: String(row.boot),
    highest: Number(row.highest),
    gapless: row.gapless === 1,
    ...bookOf(row),
    waiting: holdingOf(waiting),
    oldestAt: waiting?.oldestAt ?? null,
    consistent,
  };
}

/** The books of a row, a publisher's or the one for all. */
export function bookOf(row: Row): OutboxBook {
  return {
    durable: { taken: Number(row.durable_taken), receipted: Number(row.durable_receipted) },
    telemetry: {
      taken: Number(row.telemetry_taken),
      receipted: Number(row.telemetry_receipted),
      dropped: Number(row.telemetry_dropped),
    },
  };
}

/** The holding of one publisher by the rows that were found; nothing where there are none. */
export function holdingOf(waiting: FoundWaiting | undefined): Holding {
  const quantity = (name: keyof Holding) => ({
    messages: sizeOf(waiting?.numbers[name]),
    bytes: waiting?.bytes[name] ?? 0,
  });
  return { durable: quantity("durable"), telemetry: quantity("telemetry") };
}

function sizeOf(numbers: SeqSet | undefined): number {
  return numbers?.count ?? 0;
}

/** The sum of holdings, messages and bytes. */
export function sumOf(holdings: readonly Holding[]): Holding {
  const quantity = (name: keyof Holding) => ({
    messages: holdings.reduce((sum, holding) => sum + holding[name].messages, 0),
    bytes: holdings.reduce((sum, holding) => sum + holding[name].bytes, 0),
  });
  return { durable: quantity("durable"), telemetry: quantity("telemetry") };
}
