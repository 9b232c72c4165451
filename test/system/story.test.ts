import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { runConche } from "../commands/run-conche.ts";
import { type RunningConche, startConche } from "../servers/conche.ts";
import { assertOneStory, batchEvents, liveLine } from "./told-story.ts";

const FREE_PORTS = ["--mqtt-port", "0", "--http-port", "0"];

/** A run whose line is live, with an hour behind it at its first start. */
function live(data: string, ...words: string[]): Promise<RunningConche> {
  return liveLine(["--data", data, "--history", "1h", ...words]);
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
