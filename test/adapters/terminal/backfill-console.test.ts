import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { BackfillConsole } from "../../../src/adapters/terminal/backfill-console.ts";
import { memoryTerminal } from "./memory-terminal.ts";

const START_MS = Date.parse("2026-01-11T00:00:00Z");
const DAY_MS = 86_400_000;

function consoleOn(columns: number | null, mode: "lines" | "json" = "lines", quiet = false) {
  const terminal = memoryTerminal(columns);
  const clock = { now: 0 };
  const options = {
    terminal,
    mode,
    quiet,
    startMs: START_MS,
    endMs: START_MS + DAY_MS,
    now: () => clock.now,
  };
  return { terminal, clock, view: new BackfillConsole(options) };
}

suite("BackfillConsole", () => {
  test("a bar that is written over, with date, rate and time left", () => {
    const { terminal, clock, view } = consoleOn(100);
    clock.now = 10_000;
    view.progress(80_000, START_MS + DAY_MS / 4);
    const shown = terminal.complained();
    assert.match(shown, /\[######-{18}\] 25 % {2}2026-01-11 06:00 {2}8,000 messages\/s {2}0:30 left$/);
    clock.now = 10_100;
    view.progress(81_000, START_MS + DAY_MS / 4);
    assert.equal(terminal.complained(), shown, "not drawn more often than it can be read");
    view.ended({ messages: 320_000, reachedMs: START_MS + DAY_MS, complete: true, logBytes: 1_234_567 });
    assert.match(terminal.written(), /^done: .*320,000 messages, 1\.2 MB, in 0:10 \(31,683 messages\/s\)\n$/);
  });

  test("lines now and then where nobody looks, and none when quiet", () => {
    const { terminal, clock, view } = consoleOn(null);
    for (clock.now = 1_000; clock.now <= 12_000; clock.now += 1_000)
      view.progress(clock.now, START_MS + clock.now);
    assert.equal(terminal.written().trim().split("\n").length, 2);
    assert.equal(terminal.complained(), "");
    const quiet = consoleOn(null, "lines", true);
    quiet.clock.now = 60_000;
    quiet.view.progress(1, START_MS + 1);
    assert.equal(quiet.terminal.written(), "");
  });

  test("JSON Lines for programs; refusals are named", () => {
    const { terminal, clock, view } = consoleOn(null, "json");
    view.started("words", { seed: 1 });
    clock.now = 2_000;
    view.progress(100, START_MS + DAY_MS / 2);
    view.notice({ level: "error", code: "CONCHE_DISK_FULL", text: "the disk is full" });
    view.ended({ messages: 100, reachedMs: START_MS + DAY_MS / 2, complete: false, refused: 3, unheard: 4 });
    const events = terminal
      .written()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      events.map(({ event }) => event),
      ["started", "progress", "notice", "stopped"],
    );
    assert.deepEqual([events[2].level, events[2].code], ["error", "CONCHE_DISK_FULL"]);
    assert.deepEqual([events[1].percent, events[1].secondsLeft], [50, 2]);
    assert.deepEqual([events[3].complete, events[3].refused, events[3].unheard], [false, 3, 4]);
  });
});
