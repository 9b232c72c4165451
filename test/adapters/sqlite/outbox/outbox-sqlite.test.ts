import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, describe, it } from "node:test";
import { outboxFiles } from "../../../../src/adapters/sqlite/database/database-files.ts";
import { openOutboxForReading } from "../../../../src/adapters/sqlite/outbox/outbox-open.ts";
import { SqliteOutbox } from "../../../../src/adapters/sqlite/outbox/outbox-sqlite.ts";
import type { Publisher } from "../../../../src/contract/identity.ts";
import type { MachineKey } from "../../../../src/contract/topic.ts";
import type { NewMessage, OutboxMessage } from "../../../../src/edge/outbox.ts";
import { ConcheError } from "../../../../src/errors/conche-error.ts";
import { isConcheError } from "../../../log/message-log-suite.ts";
import { leaveCutShort } from "../cut-short.ts";

const MACHINE = "tunis-01/line-a/s5_tempering/temper-01" as MachineKey;
const PUBLISHER: Publisher = { machine: MACHINE, boot: "boot-0001" };
const CHILD = join(import.meta.dirname, "outbox-child.ts");
const ROOMY = 1024 * 1024;
const EVERYTHING = [1, Number.MAX_SAFE_INTEGER] as const;

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

function message(seq: number, durable = true, publisher = PUBLISHER, payload = `{"seq":${seq}}`): NewMessage {
  return { publisher, seq, type: durable ? "alarm" : "telemetry", durable, payload };
}

async function held(outbox: SqliteOutbox, publisher = PUBLISHER): Promise<OutboxMessage[]> {
  const all: OutboxMessage[] = [];
  for (let from: number = EVERYTHING[0]; from < EVERYTHING[1]; ) {
    const { messages, through } = await outbox.read(publisher, from, EVERYTHING[1], 1_000);
    all.push(...messages);
    from = through + 1;
  }
  return all;
}

const numbers = (messages: readonly OutboxMessage[]) => messages.map(({ seq }) => seq);

/** Runs the child until it has said so many lines, and kills it there. */
async function killAfter(lines: number, folder: string, boot: string, group: number): Promise<number[]> {
  const args = [CHILD, folder, boot, "1", "1000000", String(group)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const exit = once(child, "exit");
  const kept: number[] = [];
  let said = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith("kept")) kept.push(...line.slice(5).split(" ").map(Number));
    if (++said === lines) child.kill("SIGKILL");
  }
  await exit;
  return kept;
}

/** What the files hold that hold messages; an empty one holds as much as one that isn't there. */
function contents(folder: string): string[] {
  return ["outbox.db", "outbox.db-wal"].map((name) => {
    const path = join(folder, name);
    return createHash("sha256")
      .update(existsSync(path) ? readFileSync(path) : "")
      .digest("hex");
  });
}

/** What opening the folder is refused with. */
async function refusal(folder: string): Promise<ConcheError> {
  const thrown = await open(folder).then(
    async (outbox) => {
      await outbox.close();
      return assert.fail("it was opened");
    },
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof ConcheError);
  assert.ok(thrown.hint.length > 0);
  return thrown;
}

describe("SqliteOutbox", () => {
  it("gives durable messages and telemetry back in the order of their numbers, byte by byte", async () => {
    const outbox = await open(newFolder());
    const bytes = Uint8Array.from([0, 255, 128, 10]);
    const raw = { contentType: "application/octet-stream", userProperties: { line: ["a", "b"] } };
    await outbox.append([message(1), message(2, false), { ...message(3), payload: bytes, raw }]);
    await outbox.append([message(4, false), message(5)]);
    const all = await held(outbox);
    assert.deepEqual(numbers(all), [1, 2, 3, 4, 5]);
    assert.deepEqual(all[0], { seq: 1, type: "alarm", durable: true, payload: '{"seq":1}' });
    assert.deepEqual(all[1], { seq: 2, type: "telemetry", durable: false, payload: '{"seq":2}' });
    assert.deepEqual(all[2]?.payload, bytes);
    assert.deepEqual(all[2]?.raw, raw);
    assert.deepEqual(numbers((await outbox.read(PUBLISHER, 2, 4, 2)).messages), [2, 3]);
    assert.equal((await outbox.read(PUBLISHER, 2, 4, 2)).through, 3);
    assert.equal((await outbox.read(PUBLISHER, 2, 4, 9)).through, 4);
    await outbox.close();
  });

  it("bounds a read by bytes too, and says how far it came", async () => {
    const outbox = await open(newFolder());
    const large = "x".repeat(600_000);
    await outbox.append([1, 2, 3].map((seq) => message(seq, true, PUBLISHER, large)));
    const first = await outbox.read(PUBLISHER, 1, 10, 100);
    assert.deepEqual([numbers(first.messages), first.through], [[1, 2], 2]);
    assert.deepEqual(numbers(await held(outbox)), [1, 2, 3]);
    await outbox.close();
  });

  it("forgets ranges, says what went, and finds the rest at the next start", async () => {
    const folder = newFolder();
    const outbox = await open(folder);
    const other: Publisher = { machine: MACHINE, boot: "boot-0000" };
    await outbox.append([
      ...Array.from({ length: 9 }, (_, i) => message(i + 1, i % 3 !== 0)),
      message(7, true, other),
    ]);
    const gone = await outbox.delete(PUBLISHER, [
      [1, 2],
      [5, 6],
      [50, 60],
    ]);
    assert.deepEqual([gone.durable.messages, gone.telemetry.messages], [3, 1]);
    assert.ok(gone.durable.bytes > 3 * 9);
    await outbox.close();
    const again = await open(folder);
    assert.deepEqual(
      again.leftovers.map(({ publisher, highest, durable, telemetry }) => [
        publisher.boot,
        highest,
        durable.messages,
        telemetry.messages,
      ]),
      [
        ["boot-0000", 7, 1, 0],
        ["boot-0001", 9, 3, 2],
      ],
    );
    assert.deepEqual(numbers(await held(again)), [3, 4, 7, 8, 9]);
    await again.delete(PUBLISHER, [EVERYTHING]);
    await again.close();
    const last = await open(folder);
    assert.deepEqual(
      last.leftovers.map(({ publisher }) => publisher),
      [other],
    );
    await last.close();
  });

  it("deletes a hundred thousand messages under one receipt", async () => {
    const outbox = await open(newFolder());
    for (let from = 1; from <= 100_000; from += 10_000) {
      await outbox.append(Array.from({ length: 10_000 }, (_, index) => message(from + index)));
    }
    const gone = await outbox.delete(PUBLISHER, [[1, 99_999]]);
    assert.equal(gone.durable.messages, 99_999);
    assert.deepEqual(numbers(await held(outbox)), [100_000]);
    await outbox.close();
  });

  it("takes a forwarded message once, and names one that has another's number", async () => {
    const outbox = await open(newFolder());
    await outbox.append([message(1), message(2)]);
    const { known, conflicts } = await outbox.append([
      message(1),
      { ...message(2), payload: '{"seq":2,"other":true}' },
      { ...message(2), type: "quality" },
      message(3),
    ]);
    assert.deepEqual([known, conflicts], [[0], [1, 2]]);
    assert.deepEqual(numbers(await held(outbox)), [1, 2, 3]);
    await outbox.close();
  });

  it("drops the oldest telemetry of all machines when the ring is full, and nothing else, and counts it", async () => {
    const limit = 128 * 1024;
    const outbox = await open(newFolder(), limit);
    const publishers = ["boot-000a", "boot-000b"].map((boot): Publisher => ({ machine: MACHINE, boot }));
    let dropped = 0;
    const pad = " ".repeat(100);
    for (let from = 1; from <= 2_000; from += 20) {
      const seqs = Array.from({ length: 20 }, (_, index) => from + index);
      const messages = publishers.flatMap((publisher) =>
        seqs.map((seq) => message(seq, seq % 2 === 0, publisher, `{"seq":${seq}${pad}}`)),
      );
      for (const each of (await outbox.append(messages)).dropped) dropped += each.messages;
    }
    assert.ok(dropped > 0);
    let left = 0;
    for (const publisher of publishers) {
      const all = await held(outbox, publisher);
      assert.equal(all.filter(({ durable }) => durable).length, 1_000);
      const telemetry = all.filter(({ durable }) => !durable);
      left += telemetry.length;
      const newest = Array.from({ length: telemetry.length }, (_, index) => 1_999 - 2 * index).reverse();
      assert.deepEqual(numbers(telemetry), newest, "what is left is the newest");
    }
    assert.equal(left + dropped, 2_000);
    const bytes = left * (100 + 10 + 64);
    assert.ok(bytes <= limit && bytes > limit * 0.8, `${bytes} bytes are left of ${limit}`);
    await outbox.close();
  });

  it("still has everything it said it had after kill -9 at any moment", async () => {
    const folder = newFolder();
    for (let run = 1; run <= 8; run++) {
      const boot = `boot-${String(run).padStart(4, "0")}`;
      const kept = await killAfter(1 + run * run, folder, boot, 1 + (run % 4) * 5);
      const outbox = await open(folder);
      const there = new Set(numbers(await held(outbox, { machine: MACHINE, boot })));
      assert.deepEqual(
        kept.filter((seq) => !there.has(seq)),
        [],
        `run ${run}`,
      );
      await outbox.close();
    }
  });

  it("has synced before it says that a message is kept, and doesn't sync for telemetry alone", (t) => {
    const folder = newFolder();
    const trace = join(newFolder(), "trace");
    const strace = ["-f", "-y", "-e", "trace=write,fsync,fdatasync", "-o", trace];
    const run = spawnSync("strace", [...strace, process.execPath, CHILD, folder, "boot-0001", "1", "6"]);
    if (run.error !== undefined) {
      assert.equal(process.env.CI, undefined, "strace must be installed");
      return t.skip("needs strace: apt-get install strace");
    }
    assert.equal(run.status, 0, String(run.stderr));
    const said = readFileSync(trace, "utf8").split("\n");
    for (let seq = 1; seq <= 6; seq++) {
      const from = said.findIndex((line) => line.includes(`"hand over ${seq}\\n"`));
      const to = said.findIndex((line) => line.includes(`"kept ${seq}\\n"`));
      const synced = said.slice(from, to).filter((line) => /sync\(.*outbox\.db-wal/.test(line)).length;
      assert.ok(from >= 0 && to > from);
      assert.equal(synced, seq % 3 === 0 ? 0 : 1, `message ${seq}`);
    }
  });

  it("belongs to one process, names it to the second, and is free when that was killed", async () => {
    const folder = newFolder();
    const first = await open(folder);
    const error = await refusal(folder);
    assert.equal(error.code, "CONCHE_OUTBOX_IN_USE");
    assert.match(error.message, new RegExp(`process ${process.pid} `));
    await first.close();
    await killAfter(3, folder, "boot-0001", 1);
    await (await open(folder)).close();
  });

  it("keeps no process alive", () => {
    const script = `
      const { SqliteOutbox } = await import(${JSON.stringify(join(import.meta.dirname, "../../../../src/adapters/sqlite/outbox/outbox-sqlite.ts"))});
      await SqliteOutbox.open({ folder: ${JSON.stringify(newFolder())}, telemetryBytes: ${ROOMY} }, 0);`;
    const run = spawnSync(process.execPath, ["--input-type=module", "-e", script], { timeout: 30_000 });
    assert.equal(run.signal, null, "it did not end by itself");
    assert.equal(run.status, 0, String(run.stderr));
  });

  it("refuses a damaged outbox, says so, and leaves it as it is", async () => {
    const whole = newFolder();
    const outbox = await open(whole);
    await outbox.append(Array.from({ length: 2_000 }, (_, index) => message(index + 1)));
    await outbox.close();
    const damages: Record<string, (folder: string) => void> = {
      "a page overwritten": (folder) => {
        const bytes = readFileSync(join(folder, "outbox.db"));
        bytes.fill(0xff, 5 * 8192, 5 * 8192 + 200);
        writeFileSync(join(folder, "outbox.db"), bytes);
      },
      "cut short": (folder) => truncateSync(join(folder, "outbox.db"), 3 * 8192),
      "not a database": (folder) =>
        writeFileSync(join(folder, "outbox.db"), "hello, I am not a database at all"),
      emptied: (folder) => truncateSync(join(folder, "outbox.db"), 0),
      gone: (folder) => rmSync(join(folder, "outbox.db")),
    };
    for (const [what, damage] of Object.entries(damages)) {
      const folder = newFolder();
      cpSync(whole, folder, { recursive: true });
      damage(folder);
      const before = contents(folder);
      const error = await refusal(folder);
      assert.equal(error.code, "CONCHE_OUTBOX_CORRUPT", `${what}: ${error.message}`);
      assert.deepEqual(contents(folder), before, what);
    }
  });

  it("notices that its write-ahead log has lost what it had committed", async () => {
    const folder = newFolder();
    await killAfter(41, folder, "boot-0001", 1);
    const wal = readFileSync(join(folder, "outbox.db-wal"));
    for (const part of [0, 0.1, 0.5, 0.9]) {
      const damaged = newFolder();
      cpSync(folder, damaged, { recursive: true });
      truncateSync(join(damaged, "outbox.db-wal"), Math.floor(wal.length * part));
      const before = contents(damaged);
      const error = await refusal(damaged);
      assert.equal(error.code, "CONCHE_OUTBOX_CORRUPT", `${part}`);
      assert.deepEqual(contents(damaged), before, "what is left of it is still there to be looked at");
    }
  });

  it("begins anew where the making of the database was cut short; a reader says who undoes that", async () => {
    const folder = newFolder();
    const files = outboxFiles(folder);
    leaveCutShort(files.database);
    assert.throws(() => openOutboxForReading(files), isConcheError("CONCHE_OUTBOX_TOO_OLD", false));
    const outbox = await open(folder);
    await outbox.append([message(1)]);
    assert.deepEqual(numbers(await held(outbox)), [1]);
    await outbox.close();
  });

  it("refuses an outbox of a newer version, and a database of something else", async () => {
    const { DatabaseSync } = await import("node:sqlite");
    const newer = newFolder();
    await (await open(newer)).close();
    let db = new DatabaseSync(join(newer, "outbox.db"));
    db.exec("PRAGMA user_version = 99");
    db.close();
    assert.equal((await refusal(newer)).code, "CONCHE_OUTBOX_TOO_NEW");
    const foreign = newFolder();
    db = new DatabaseSync(join(foreign, "outbox.db"));
    db.exec("CREATE TABLE shopping (item TEXT)");
    db.close();
    assert.equal((await refusal(foreign)).code, "CONCHE_OUTBOX_CORRUPT");
    const file = join(newFolder(), "a-file");
    writeFileSync(file, "");
    assert.equal((await refusal(join(file, "outbox"))).code, "CONCHE_OUTBOX_FOLDER");
  });

  it("stops for good when its files are replaced underneath it", async () => {
    const folder = newFolder();
    const outbox = await open(folder);
    await outbox.append([message(1)]);
    rmSync(join(folder, "outbox.db-wal"));
    for (const seq of [2, 3]) {
      await assert.rejects(outbox.append([message(seq)]), { code: "CONCHE_OUTBOX_IO", retryable: false });
    }
    await outbox.close();
  });
});
