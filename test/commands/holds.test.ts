import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { afterwards } from "../servers/afterwards.ts";
import { portOf, type RunningConche, startConche } from "../servers/conche.ts";
import { runConche } from "./run-conche.ts";

const PERSON = ["--by", "q.ben-ali"];

interface ListedHold {
  readonly hold_id: string;
  readonly open: boolean;
  readonly seen: number;
  readonly lots_on_hold: string;
  readonly units_on_hold: string;
  readonly decided: string;
  readonly by: string;
  readonly why: string;
}

suite("conche holds", () => {
  let folder: string;
  let data: string;
  let center: RunningConche;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "conche-holds-"));
    data = join(folder, "data");
    center = await startConche(["datacenter", "--data", data, "--mqtt-port", "0", "--http-port", "0"]);
    while ((await center.page("/api/holds")).status !== 200);
  });
  after(async () => {
    assert.equal(await center?.stop("SIGTERM"), 0);
    await rm(folder, { recursive: true, force: true });
  });

  const act = (verb: string, ...words: string[]) => {
    const port = String(portOf(center.started.mqtt));
    const where = ["--data", data, "--mqtt-port", port, "--outbox", join(folder, "desk"), "--wait", "2m"];
    return runConche(["holds", verb, ...words, ...where]);
  };
  const listed = async (...words: string[]): Promise<ListedHold[]> => {
    const { out, err } = await runConche(["holds", "list", "--data", data, "--json", ...words]);
    assert.equal(err, "");
    return (JSON.parse(out) as { holds: ListedHold[] }).holds;
  };
  const until = async (fits: (holds: readonly ListedHold[]) => boolean): Promise<readonly ListedHold[]> => {
    for (;;) {
      const found = await listed("--all");
      if (fits(found)) return found;
    }
  };

  test("put and release are messages of a desk; a decision by who hasn't seen the newest word is refused", async () => {
    assert.deepEqual(await listed(), []);
    const goods = ["--lots", "L1,L2", "--units", "340123450000000018"];
    const put = await act("put", "line-a", ...goods, "--why", "metal found", "--id", "H-1", ...PERSON);
    assert.equal(put.code, 0);
    assert.match(
      put.err,
      /^conche: no machine has spoken of lot L1, lot L2, unit 340123450000000018: on hold from when they come; if they are mistyped,/,
    );
    assert.match(
      put.out,
      /^HOLD H-1: number 1 of tunis-01\/line-a\/s0_office\/shell, boot \S+; the log has it\n$/,
    );
    const [hold] = await until(({ length }) => length === 1);
    assert.deepEqual(
      [hold?.hold_id, hold?.lots_on_hold, hold?.units_on_hold, hold?.by, hold?.why],
      ["H-1", "L1 L2", "340123450000000018", "q.ben-ali", "metal found"],
    );
    const decide = [
      "--decision",
      "rejected",
      "--why",
      "it is metal",
      ...PERSON,
      "--seen",
      String(hold?.seen),
    ];
    const one = await act("release", "H-1", "--lots", "L1", ...decide, "--json");
    assert.deepEqual([one.code, one.err], [0, ""]);
    const { stored, event, decision } = JSON.parse(one.out) as Record<string, unknown>;
    assert.deepEqual([stored, event, decision], [true, "RELEASE", "rejected"]);
    await until(([first]) => first?.decided === "1 rejected");
    const stale = await act("release", "H-1", ...decide);
    assert.match(
      stale.err,
      /^conche: CONCHE_ACTION_STALE: since message \d+ of hold H-1: RELEASE \(rejected\)/,
    );
    const rest = await act("release", "H-1", "--why", "screened again", ...PERSON);
    assert.equal(rest.code, 0, rest.err);
    const [over] = await until(([first]) => first?.open === false);
    assert.equal(over?.decided, "1 rejected, 2 released");
    assert.deepEqual(await listed(), []);
    const table = await runConche(["holds", "list", "--data", data, "--all"]);
    assert.match(table.out, /H-1 .*1 rejected, 2 released/);
  });

  test("what can't be done is refused before anything is said, with what to do", async () => {
    const refusals: readonly [readonly string[], RegExp][] = [
      [["put", "line-a", "--lots", "L1", "--why", "x"], /CONCHE_USAGE: an action names the person/],
      [["put", "line-a", "--lots", "L1", "--why", " ", ...PERSON], /CONCHE_USAGE: goods .* with a reason/],
      [["put", "line-a", "--lots", "L1", "--why", "x", "--by", "  "], /CONCHE_USAGE: an action names/],
      [["release", "H-1", "--why", "x", ...PERSON, "--seen", "999999"], /--seen 999999: the newest message/],
      [["put", "line-a", "--lots", "L1", ...PERSON], /CONCHE_USAGE: goods are put on hold .* with a reason/],
      [["put", "line-a", "--why", "x", ...PERSON], /CONCHE_ACTION_REFUSED: .* name lots or units/],
      [["put", "line-aa", "--lots", "L", "--why", "x", ...PERSON], /no line line-aa.*\n.*tunis-01\/line-a/],
      [["put", "line-a", "--lots", "L", "--why", "a\u202eb", ...PERSON], /--why = .*holds U\+202E/],
      [["put", "line-a", "--lots", "L", "--why", "x", "--by", "a\nb"], /--by = .*holds U\+000A/],
      [["put", "line-a", "--lots", ",", "--why", "x", ...PERSON], /1 to 1000 ids/],
      [["release", "H-9", "--why", "x", ...PERSON], /CONCHE_USAGE: there is no hold H-9/],
    ];
    for (const [[verb = "", ...words], expected] of refusals) {
      const { code, err } = await act(verb, ...words);
      assert.notEqual(code, 0, err);
      assert.match(err, expected);
    }
  });
});

test("a hold that was put while no data center was there is in the log once one is back, without another command", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "conche-holds-"));
  afterwards(t, () => rm(folder, { recursive: true, force: true }));
  const data = join(folder, "data");
  const start = () => startConche(["datacenter", "--data", data, "--mqtt-port", "0", "--http-port", "0"]);
  const holds = async (center: RunningConche) => {
    const { status, text } = await center.page("/api/holds");
    return status === 200 ? (JSON.parse(text) as { holds: { hold_id: string }[] }).holds : undefined;
  };
  const first = await start();
  while ((await holds(first)) === undefined);
  assert.equal(await first.stop("SIGTERM"), 0);
  const goods = ["--lots", "L1", "--why", "metal found", "--id", "H-9", ...PERSON];
  const put = await runConche([
    ...["holds", "put", "line-a", ...goods, "--data", data, "--mqtt-port", "1", "--wait", "1s"],
  ]);
  assert.equal(put.code, 1);
  assert.match(
    put.out,
    /^not done yet: HOLD H-9 .*\n {2}tried at mqtt:\/\/127\.0\.0\.1:1: .*\n {2}it is sent by `conche up` or `conche datacenter` when it starts on this --data,/,
  );
  const second = await start();
  try {
    await second.event(({ code }) => code === "shell-sent");
    for (;;) {
      const found = await holds(second);
      if (found !== undefined && found.length > 0) {
        assert.deepEqual(
          found.map(({ hold_id }) => hold_id),
          ["H-9"],
        );
        break;
      }
    }
  } finally {
    assert.equal(await second.stop("SIGTERM"), 0);
  }
});
