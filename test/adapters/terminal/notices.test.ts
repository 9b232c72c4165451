import assert from "node:assert/strict";
import { test } from "node:test";
import { asJournalErrors, type Notice, Notices } from "../../../src/adapters/terminal/notices.ts";
import { memoryTerminal } from "./memory-terminal.ts";

const LOST: Notice = {
  level: "warning",
  code: "CONCHE_BROKER_UNREACHABLE",
  text: "no answer",
  hint: "start it",
};
const READY: Notice = { level: "info", code: "subscribed", text: "subscribed to factory/#" };

function said(columns: number | null, journal: boolean, mode: "lines" | "json" = "lines", quiet = false) {
  const terminal = { ...memoryTerminal(columns), journal };
  const notices = new Notices({ terminal, mode, quiet, wallNow: () => 0 });
  for (const notice of [LOST, READY]) notices.say(notice);
  return { out: terminal.written(), err: terminal.complained() };
}

test("a person reads words, without times and levels", () => {
  assert.deepEqual(said(120, false), {
    out: "conche: subscribed to factory/#\n",
    err: "conche: CONCHE_BROKER_UNREACHABLE: no answer\n  what to do: start it\n",
  });
});

test("a file or log collector gets time, level, code and words in one line", () => {
  assert.deepEqual(said(null, false), {
    out: "1970-01-01T00:00:00.000Z info subscribed: subscribed to factory/#\n",
    err: "1970-01-01T00:00:00.000Z warning CONCHE_BROKER_UNREACHABLE: no answer (what to do: start it)\n",
  });
});

test("the journal gets a priority, and has its own time", () => {
  assert.deepEqual(said(null, true), {
    out: "<6>subscribed: subscribed to factory/#\n",
    err: "<4>CONCHE_BROKER_UNREACHABLE: no answer (what to do: start it)\n",
  });
  assert.equal(asJournalErrors("conche: X: y\n  what to do: z\n"), "<3>conche: X: y\n<3>  what to do: z\n");
});

test("the journal gets a banner line by line, without blank ones", () => {
  const terminal = { ...memoryTerminal(), journal: true };
  new Notices({ terminal, mode: "lines", quiet: false }).block(["", "Conche is running", "  MQTT  x", ""]);
  assert.equal(terminal.written(), "<6>Conche is running\n<6>  MQTT  x\n");
});

test("programs get time, level and code as fields", () => {
  const [first, second] = said(null, false, "json").out.trim().split("\n");
  const at = "1970-01-01T00:00:00.000Z";
  assert.deepEqual(JSON.parse(String(first)), { event: "notice", at, ...LOST });
  assert.deepEqual(JSON.parse(String(second)), { event: "notice", at, ...READY });
});

test("quiet leaves out what is not out of the ordinary", () => {
  assert.equal(said(null, false, "lines", true).out, "");
});

test("what comes from outside can't forge a second line", () => {
  const terminal = memoryTerminal();
  const text = "client a\n<0>b\u001b[2J was refused";
  new Notices({ terminal, mode: "lines", quiet: false }).say({ level: "warning", code: "refused", text });
  assert.equal(terminal.complained().trimEnd().split("\n").length, 1);
});
