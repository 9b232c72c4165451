import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { BatchV2 } from "../../src/contract/schemas/batch-v2.ts";
import { runConche } from "../commands/run-conche.ts";
import { type RunningConche, startConche } from "../servers/conche.ts";
import { LotBook } from "../simulator/genealogy/lot-book.ts";

/** Runs `conche up` with these words until its line is live: its past is told, and something of the present is recorded. */
export async function liveLine(
  words: readonly string[],
  wrapper: readonly string[] = [],
): Promise<RunningConche> {
  const conche = await startConche(["up", "--mqtt-port", "0", "--http-port", "0", ...words], wrapper);
  const { event } = conche;
  await event((said) => said.event === "historyEnded");
  const telemetry = new Set<unknown>();
  await event(({ event: name, topic, type }) => {
    if (name === "rate") return true;
    if (name === "stored" && type === "telemetry") telemetry.add(topic);
    return telemetry.size >= 8;
  });
  return conche;
}

/** The batch events of a log, in the order of their times: what a killed run had said comes with the next one's past. */
export function batchEvents(data: string): BatchV2[] {
  const database = new DatabaseSync(join(data, "datacenter_messages.db"), { readOnly: true });
  const rows = database
    .prepare("SELECT payload_json AS payload FROM mqtt_messages WHERE type = 'batch'")
    .all();
  database.close();
  const events = rows.map(({ payload }) => JSON.parse(String(payload)) as BatchV2);
  return events.toSorted((a, b) => Date.parse(a.ts) - Date.parse(b.ts));
}

/**
 * Over the whole log: everything is accounted for, no batch begins or ends twice, no lot comes from nowhere or itself,
 * none is used up twice, every transformation adds up to the gram, and finished batches do to 0.1 %.
 */
export async function assertOneStory(data: string): Promise<void> {
  const verify = await runConche(["verify", "--data", data]);
  assert.equal(verify.code, 0, verify.out + verify.err);
  const report = await runConche(["report", "completeness", "--data", data]);
  assert.match(report.out, /nothing is missing of what has numbers/);
  const events = batchEvents(data);
  // Entering fails where a lot comes from nowhere, and where a transformation doesn't add up.
  const book = new LotBook();
  for (const event of events) book.enter(event);
  assert.deepEqual(book.overdrawn(), []);
  for (const lot of book.made.keys()) book.ancestors(lot);
  const begun = batchesOf(events, "BATCH_START");
  assert.ok(begun.length >= 3, `${begun.length} batches`);
  assert.equal(new Set(begun).size, begun.length, `no batch begins twice: ${begun}`);
  const ended = batchesOf(events, "BATCH_END");
  assert.equal(new Set(ended).size, ended.length, `no batch ends twice: ${ended}`);
  for (const [lot, made] of book.made) {
    if (!lot.endsWith(".F") || !ended.some((batch) => lot.includes(batch))) continue;
    // Rejects that lie in a bin at the end are the last few kilograms that aren't booked yet.
    const left = book.left(lot);
    assert.ok(Math.abs(left) < 0.001 * made + 3, `${lot}: ${left} of ${made} kg unaccounted for`);
  }
}

function batchesOf(events: readonly BatchV2[], name: "BATCH_START" | "BATCH_END"): string[] {
  return events.flatMap(({ event, batch_id }) =>
    event === name && batch_id !== undefined ? [batch_id] : [],
  );
}
