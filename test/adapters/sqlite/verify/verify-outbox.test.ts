import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { after, describe, it } from "node:test";
import { SqliteOutbox } from "../../../../src/adapters/sqlite/outbox/outbox-sqlite.ts";
import { verifyOutbox } from "../../../../src/adapters/sqlite/verify/verify-outbox.ts";
import type { Publisher } from "../../../../src/contract/identity.ts";
import type { MachineKey } from "../../../../src/contract/topic.ts";
import { bodyText, stampBody } from "../../../../src/edge/message-body.ts";
import type { NewMessage } from "../../../../src/edge/outbox.ts";
import { ConcheError } from "../../../../src/errors/conche-error.ts";

const MACHINE = "tunis-01/line-a/s5_tempering/temper-01" as MachineKey;
const PLC = "tunis-01/line-a/s4_conching/plc-01" as MachineKey;
const OWN: Publisher = { machine: MACHINE, boot: "boot-0001" };
const FORWARDED: Publisher = { machine: PLC, boot: "boot-plc1" };
const CHILD = join(import.meta.dirname, "..", "outbox", "outbox-child.ts");
const ROOMY = 1024 * 1024;
const TS = "2026-01-11T10:00:00Z";
const ALARM = bodyText("alarm", {
  ...{
    ts: TS,
    alarm_id: "temp-high",
    event: "raised",
    code: "TEMP_HIGH",
    priority: "high",
    message: "too warm",
  },
});
const SAMPLE = bodyText("telemetry", { ts: TS, tags: { temp_c: 31.4 } });

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "conche-outbox-"));
  folders.push(folder);
  return folder;
}

function open(folder: string, telemetryBytes = ROOMY): Promise<SqliteOutbox> {
  return SqliteOutbox.open({ folder, telemetryBytes }, Date.now());
}

/** The library's own message: every third one is telemetry. */
function own(seq: number): NewMessage {
  const durable = seq % 3 !== 0;
  const payload = stampBody(durable ? ALARM : SAMPLE, { boot: OWN.boot, seq });
  return { publisher: OWN, seq, type: durable ? "alarm" : "telemetry", durable, payload };
}

/** A message that came with its number; its bytes are anybody's. */
function forwarded(seq: number): NewMessage {
  const raw = { contentType: "text/plain", userProperties: { via: ["a", "b"] } };
  const payload = Buffer.from([0, 255, seq]);
  return { publisher: FORWARDED, seq, type: "quality", durable: true, payload, raw, forwarded: true };
}

function count(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** An outbox with something of everything: own numbers, forwarded ones with gaps, receipts, a last state. */
async function filled(): Promise<string> {
  const folder = newFolder();
  const outbox = await open(folder);
  await outbox.append(count(1, 30).map(own), {
    states: [{ machine: MACHINE, boot: OWN.boot, seq: 1, payload: "{}" }],
  });
  await outbox.append([5, 9, 7].map(forwarded));
  await outbox.append([forwarded(9)]); // known already
  await outbox.delete(OWN, [
    [1, 4],
    [9, 9],
  ]);
  await outbox.delete(FORWARDED, [[1, 5]]);
  await outbox.close();
  return folder;
}

function copyOf(folder: string): string {
  const copy = newFolder();
  cpSync(folder, copy, { recursive: true });
  return copy;
}

function change(folder: string, sql: string): void {
  const db = new DatabaseSync(join(folder, "outbox.db"));
  db.exec(sql);
  db.close();
}

function refusal(folder: string): ConcheError {
  try {
    verifyOutbox(folder);
  } catch (error) {
    assert.ok(error instanceof ConcheError);
    return error;
  }
  return assert.fail("it was verified");
}

describe("verifyOutbox", () => {
  it("takes telemetry that its machine sends again at QoS 1, while the first still waits, for one message", async () => {
    const folder = newFolder();
    const outbox = await open(folder);
    const first = { ...forwarded(3), type: "telemetry", durable: false } as const;
    await outbox.append([first]);
    await outbox.append([{ ...first, durable: true, raw: { userProperties: { refill: "1" } } }]);
    await outbox.close();
    const { findings, totals } = verifyOutbox(folder);
    assert.deepEqual(findings, []);
    assert.deepEqual([totals.durable.taken, totals.telemetry.taken], [1, 1]);
    change(folder, "UPDATE durable SET crc = NULL, payload = x'00FF04'");
    assert.deepEqual(
      verifyOutbox(folder).findings.map(({ kind }) => kind),
      ["twice"],
    );
  });

  it("adds an outbox up: what was taken is receipted or waits, by machine and boot", async () => {
    const report = verifyOutbox(await filled());
    assert.deepEqual(report.findings, []);
    assert.deepEqual([report.ok, report.openedBy], [true, null]);
    assert.deepEqual(report.totals, {
      durable: { taken: 23, receipted: 4 },
      telemetry: { taken: 10, receipted: 2, dropped: 0 },
    });
    const boots = report.machines.flatMap(({ machine, boots }) =>
      boots.map(({ boot, highest, gapless, waiting }) => [
        ...[machine, boot, highest, gapless, waiting.durable.messages, waiting.telemetry.messages],
      ]),
    );
    assert.deepEqual(boots, [
      [PLC, FORWARDED.boot, 9, false, 2, 0],
      [MACHINE, OWN.boot, 30, true, 17, 8],
    ]);
    assert.ok(report.waiting.durable.bytes > 19 * 64);
    const [oldest = 0] = report.machines.map(({ oldestAt }) => oldestAt ?? 0).sort();
    assert.deepEqual([report.oldestAt, oldest > Date.UTC(2026)], [oldest, true]);
  });

  it("counts what had to make room, and machines of whom nothing waits any more", async () => {
    const folder = newFolder();
    let outbox = await open(folder, 4_096);
    for (const seq of count(1, 300)) await outbox.append([own(seq)]);
    await outbox.append([forwarded(1)]);
    await outbox.delete(FORWARDED, [[1, 1]]);
    await outbox.close();
    outbox = await open(folder, 4_096); // lets go of those of whom nothing is left
    await outbox.close();
    const { ok, findings, totals, machines, waiting } = verifyOutbox(folder);
    assert.deepEqual([ok, findings], [true, []]);
    assert.deepEqual(totals.durable, { taken: 201, receipted: 1 });
    assert.ok(totals.telemetry.dropped > 0);
    assert.equal(totals.telemetry.dropped + waiting.telemetry.messages, 100);
    assert.deepEqual(
      machines.map(({ machine }) => machine),
      [MACHINE],
    );
  });

  it("reads beside the process that has it open, says which, and changes nothing", async () => {
    const folder = newFolder();
    const outbox = await open(folder);
    await outbox.append(count(1, 9).map(own));
    const contents = () =>
      ["outbox.db", "outbox.db-wal"].map((name) =>
        createHash("sha256")
          .update(readFileSync(join(folder, name)))
          .digest("hex"),
      );
    const before = contents();
    const report = verifyOutbox(folder);
    assert.deepEqual([report.ok, report.openedBy?.pid], [true, process.pid]);
    assert.equal(report.waiting.durable.messages, 6);
    assert.deepEqual(contents(), before);
    await outbox.append([own(10)]);
    assert.equal(verifyOutbox(folder).totals.durable.taken, 7);
    await outbox.close();
  });

  it("holds after kill -9, with everything in it that was said to be kept", async () => {
    const folder = newFolder();
    for (const lines of [4, 21, 40]) {
      const boot = `boot-${String(lines).padStart(4, "0")}`;
      const child = spawn(process.execPath, [CHILD, folder, boot, "1", "1000000", "7"], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const exit = once(child, "exit");
      let kept = 0;
      let said = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        if (line.startsWith("kept")) kept += 7;
        if (++said === lines) child.kill("SIGKILL");
      }
      await exit;
      const { findings, machines, openedBy } = verifyOutbox(folder);
      assert.deepEqual([findings, openedBy], [[], null]);
      const ofBoot = machines.flatMap(({ boots }) => boots).find((each) => each.boot === boot);
      assert.ok(ofBoot?.gapless);
      assert.ok(ofBoot.durable.taken + ofBoot.telemetry.taken >= kept);
    }
  });

  it("finds whatever was changed in it, and says where", async () => {
    const whole = await filled();
    const changes: Record<string, [sql: string, kinds: string[], detail: RegExp]> = {
      "a message taken away": [
        "DELETE FROM durable WHERE seq = 7 AND publisher = 2",
        ["books", "books"],
        /plc-01 boot-plc1: 3 messages .* not 1 receipted \+ 1 waiting/,
      ],
      "a message taken away, and its machine's books with it": [
        "DELETE FROM durable WHERE seq = 7 AND publisher = 2; UPDATE publishers SET durable_receipted = 2 WHERE id = 2",
        ["books", "books"],
        /in all: 23 messages .* not 4 receipted \+ 18 waiting/,
      ],
      "a message taken away, and all books with it": [
        `DELETE FROM durable WHERE seq = 7 AND publisher = 1; UPDATE publishers SET durable_taken = 19 WHERE id = 1;
         UPDATE outbox_state SET durable_taken = 22`,
        ["numbers"],
        /temper-01 boot-0001: numbers up to 30 were given, 29 messages were taken/,
      ],
      "telemetry taken away": [
        "DELETE FROM telemetry WHERE seq = 12",
        ["books", "books"],
        /10 telemetry messages were taken, which is not 2 receipted \+ 0 dropped \+ 7 waiting/,
      ],
      "a payload changed": [
        `UPDATE durable SET payload = replace(payload, 'too warm', 'all good') WHERE seq = 7 AND publisher = 1`,
        ["row"],
        /number 7: its bytes have another checksum/,
      ],
      "bytes changed": [
        "UPDATE durable SET payload = x'00ff08' WHERE seq = 7 AND publisher = 2",
        ["row"],
        /checksum/,
      ],
      "a length changed": [
        "UPDATE durable SET bytes = 1 WHERE seq = 8",
        ["row"],
        /counts \d+ bytes, 1 are recorded/,
      ],
      "a number changed": [
        "UPDATE durable SET seq = 31 WHERE seq = 8",
        ["row", "row", "numbers"],
        /its payload says boot boot-0001, number 8/,
      ],
      "a type changed": [
        "UPDATE durable SET type = 'gossip' WHERE seq = 8",
        ["row", "row"],
        /no message type gossip/,
      ],
      "a payload that is none": [
        "UPDATE durable SET payload = 12 WHERE seq = 8",
        ["row"],
        /number 8: its payload is no text and no bytes/,
      ],
      "a message that breaks its schema": [
        "UPDATE durable SET crc = NULL, bytes = 67, payload = '{}}' WHERE seq = 8",
        ["row"],
        /its payload is no JSON/,
      ],
      "properties that are none": [
        "UPDATE durable SET crc = NULL, bytes = 69, raw = '[]' WHERE publisher = 2",
        ["row", "row"],
        /its properties are no JSON object/,
      ],
      "an append that never was": [
        "UPDATE durable SET batch = 99 WHERE seq = 8",
        ["row"],
        /append 99, the last one was/,
      ],
      "a number twice": [
        "INSERT INTO telemetry SELECT * FROM durable WHERE seq = 8",
        ["books", "twice", "books"],
        /the numbers 8 to 8 wait both/,
      ],
      "a publisher taken away": [
        "DELETE FROM publishers WHERE id = 2",
        ["publisher"],
        /2 messages wait of publisher 2, who isn't listed/,
      ],
      "a publisher that can't exist": [
        "UPDATE publishers SET machine = 'nowhere' WHERE id = 2",
        ["publisher"],
        /nowhere boot-plc1: no machine has this address/,
      ],
      "a highest number below what waits": [
        "UPDATE publishers SET highest = 8 WHERE id = 2",
        ["numbers"],
        /number 9 waits, the highest was 8/,
      ],
      "a last state of nobody": [
        "UPDATE newest_states SET machine = 'nobody', seq = 0",
        ["memory", "memory"],
        /last state of nobody/,
      ],
      "a number no program writes": [
        "UPDATE durable SET at = 9007199254740993 WHERE seq = 8",
        ["structure"],
        /reading ended early/,
      ],
    };
    for (const [what, [sql, kinds, detail]] of Object.entries(changes)) {
      const folder = copyOf(whole);
      change(folder, sql);
      const { ok, findings } = verifyOutbox(folder);
      const said = findings.map((finding) => finding.detail).join("\n");
      assert.deepEqual([ok, findings.map(({ kind }) => kind)], [false, kinds], `${what}: ${said}`);
      assert.match(said, detail, what);
    }
  });

  it("finds damage in the file, and commits that its write-ahead log has lost", async () => {
    const damaged = newFolder();
    const outbox = await open(damaged);
    await outbox.append(count(1, 2_000).map(own));
    await outbox.close();
    const database = join(damaged, "outbox.db");
    const bytes = readFileSync(database);
    bytes.fill(0xff, 9 * 8192, 9 * 8192 + 200);
    writeFileSync(database, bytes);
    const report = verifyOutbox(damaged);
    assert.equal(report.findings[0]?.kind, "structure");

    const cut = newFolder();
    const alive = await open(cut);
    for (const seq of count(1, 20)) await alive.append([own(seq)]);
    const killed = copyOf(cut);
    await alive.close();
    const wal = join(killed, "outbox.db-wal");
    truncateSync(wal, Math.floor(readFileSync(wal).length * 0.8));
    rmSync(`${join(killed, "outbox.db")}-shm`, { force: true });
    const behind = verifyOutbox(killed).findings;
    assert.deepEqual(
      behind.map(({ kind }) => kind),
      ["behind"],
    );
    assert.match(behind[0]?.detail ?? "", /ends with commit \d+, but commit 14 was made/);
  });

  it("says what a folder is that isn't an outbox", async () => {
    const nothing = refusal(newFolder());
    assert.equal(nothing.code, "CONCHE_OUTBOX_MISSING");
    assert.equal(refusal(join(newFolder(), "nowhere")).code, "CONCHE_OUTBOX_MISSING");
    const log = newFolder();
    writeFileSync(join(log, "datacenter_messages.db"), "");
    assert.match(refusal(log).hint, /conche verify --data /);
    const empty = newFolder();
    writeFileSync(join(empty, "outbox.db"), "");
    assert.equal(refusal(empty).code, "CONCHE_OUTBOX_MISSING");
    const text = newFolder();
    writeFileSync(join(text, "outbox.db"), "hello, I am not a database at all");
    assert.equal(refusal(text).code, "CONCHE_OUTBOX_CORRUPT");
    const foreign = newFolder();
    change(foreign, "CREATE TABLE shopping (item TEXT)");
    assert.match(refusal(foreign).message, /not an outbox/);
    const gone = await filled();
    rmSync(join(gone, "outbox.db"));
    assert.equal(refusal(gone).code, "CONCHE_OUTBOX_CORRUPT");
    const newer = await filled();
    change(newer, "PRAGMA user_version = 99");
    assert.equal(refusal(newer).code, "CONCHE_OUTBOX_TOO_NEW");
    const file = join(newFolder(), "a-file");
    writeFileSync(file, "");
    assert.equal(refusal(join(file, "outbox")).code, "CONCHE_OUTBOX_FOLDER");
    mkdirSync(join(text, "sub"));
    assert.deepEqual(readdirSync(join(text, "sub")), [], "nothing is made where nothing was");
  });

  it("asks for an outbox of an earlier version to be carried over, and its books begin with what it holds", async () => {
    const folder = await filled();
    const books = [
      "durable_taken",
      "durable_receipted",
      "telemetry_taken",
      "telemetry_receipted",
      "telemetry_dropped",
    ];
    const drop = (table: string, columns: string[]) =>
      columns.map((column) => `ALTER TABLE ${table} DROP COLUMN ${column};`).join("");
    change(
      folder,
      drop("publishers", [...books, "highest", "gapless"]) +
        drop("outbox_state", books) +
        drop("durable", ["crc"]) +
        drop("telemetry", ["crc"]) +
        "PRAGMA user_version = 2",
    );
    assert.equal(refusal(folder).code, "CONCHE_OUTBOX_TOO_OLD");
    const outbox = await open(folder);
    await outbox.append([forwarded(12)]);
    await outbox.delete(OWN, [[5, 8]]);
    await outbox.close();
    const { findings, totals } = verifyOutbox(folder);
    assert.deepEqual(findings, []);
    assert.deepEqual(totals, {
      durable: { taken: 20, receipted: 3 },
      telemetry: { taken: 8, receipted: 1, dropped: 0 },
    });
  });
});
