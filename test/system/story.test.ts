import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import type { BatchV2 } from "../../src/contract/schemas/batch-v2.ts";
import { runConche } from "../commands/run-conche.ts";
import { type RunningConche, startConche } from "../servers/conche.ts";
import { LotBook } from "../simulator/genealogy/lot-book.ts";

const FREE_PORTS = ["--mqtt-port", "0", "--http-port", "0"];

/** A run whose line is live: its past is told, and something of the present is recorded. */
async function live(data: string, ...words: string[]): Promise<RunningConche> {
  const conche = await startConche(["up", "--data", data, "--history", "1h", ...FREE_PORTS, ...words]);
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

function batchEvents(data: string): BatchV2[] {
  const database = new DatabaseSync(join(data, "datacenter_messages.db"), { readOnly: true });
  const rows = database
    .prepare("SELECT payload_json AS payload FROM mqtt_messages WHERE type = 'batch'")
    .all();
  database.close();
  const events = rows.map(({ payload }) => JSON.parse(String(payload)) as BatchV2);
  // What a killed run had said and not brought home comes with the next one's past.
  return events.toSorted((a, b) => Date.parse(a.ts) - Date.parse(b.ts));
}

async function assertOneStory(data: string): Promise<void> {
  const verify = await runConche(["verify", "--data", data]);
  assert.equal(verify.code, 0, verify.out + verify.err);
  const report = await runConche(["report", "completeness", "--data", data]);
  assert.match(report.out, /nothing is missing of what has numbers/);
  const events = batchEvents(data);
  const book = new LotBook();
  for (const event of events) book.enter(event);
  assert.deepEqual(book.overdrawn(), []);
  const begun = events.filter(({ event }) => event === "BATCH_START").map(({ batch_id }) => batch_id);
  assert.ok(begun.length >= 3, `${begun.length} batches`);
  assert.equal(new Set(begun).size, begun.length, `no batch begins twice: ${begun}`);
}

describe("the story of a data folder", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "conche-story-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("goes on after a stop, a kill and another stop, and adds up over the whole log", async () => {
    const data = join(folder, "stops");
    assert.equal(await (await live(data)).stop("SIGTERM"), 0);
    await (await live(data)).stop("SIGKILL");
    assert.equal(await (await live(data)).stop("SIGTERM"), 0);
    assert.equal(await (await live(data)).stop("SIGINT"), 0);
    await assertOneStory(data);
  });

  it("holds at 600 times the speed, too, and the log doesn't get ahead of the clock", async () => {
    const data = join(folder, "fast");
    assert.equal(await (await live(data, "--speed", "600")).stop("SIGTERM"), 0);
    await (await live(data, "--speed", "600")).stop("SIGKILL");
    assert.equal(await (await live(data, "--speed", "600")).stop("SIGTERM"), 0);
    await assertOneStory(data);
    const newest = batchEvents(data).at(-1)?.ts ?? "";
    assert.ok(Date.parse(newest) <= Date.now(), newest);
  });

  it("what it remembers and can't be read is an error that says what to do; another log's is not its own", async () => {
    const data = join(folder, "spoiled");
    const words = ["up", "--data", data, "--history", "none", ...FREE_PORTS];
    const stored = ({ event }: { readonly event: string }) => event === "stored";
    const first = await startConche(words);
    await first.event(stored);
    assert.equal(await first.stop("SIGTERM"), 0);
    const file = join(data, "story.json");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.slice(0, 40));
    const spoiled = await runConche(words);
    assert.equal(spoiled.code, 1);
    assert.match(spoiled.err, /CONCHE_STORY_UNREADABLE.*story\.json/);
    await writeFile(file, text.replace(/"log": "[^"]*"/, '"log": "another"'));
    const foreign = await startConche(words);
    await foreign.event(stored);
    assert.equal(await foreign.stop("SIGTERM"), 0);
    assert.ok(!foreign.events.some(({ event }) => event === "historyStarted"));
  });
});
