import assert from "node:assert/strict";
import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { RawClient } from "../../adapters/broker/raw-client.ts";
import { runConche } from "../../commands/run-conche.ts";
import { portOf } from "../../servers/conche.ts";
import { dataCenter, TELEMETRY, telemetry, temporaryFolder } from "./data-center.ts";

const MESSAGES = 300;
const DATABASE = "datacenter_messages.db";
const WAL = "datacenter_messages.db-wal";

/** A data folder as a killed data center leaves it: the messages in the write-ahead log. */
async function killed(context: TestContext): Promise<string> {
  const data = await temporaryFolder(context);
  const center = await dataCenter(context, { data, words: ["--quiet"] });
  const client = await RawClient.connected(portOf(center.started.mqtt), 5, "temper-01");
  for (let seq = 1; seq <= MESSAGES; seq++) {
    client.publish(TELEMETRY, telemetry(seq), 1, seq);
    await client.expect("puback");
  }
  await center.stop("SIGKILL");
  assert.ok(statSync(join(data, WAL)).size > 1_000_000);
  return data;
}

function flip(path: string, offset: number): void {
  const bytes = readFileSync(path);
  bytes[offset] = (bytes[offset] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
}

/** The folder's files that hold messages, to see that nobody touched them. */
function contents(data: string): Buffer[] {
  return [DATABASE, WAL].map((name) => {
    const path = join(data, name);
    return statSync(path, { throwIfNoEntry: false }) === undefined ? Buffer.alloc(0) : readFileSync(path);
  });
}

/** Every command on the damaged folder says CONCHE_LOG_CORRUPT, with the file and what to do, and changes nothing. */
async function assertRefused(data: string): Promise<void> {
  const evidence = contents(data);
  const commands = [["datacenter", "--mqtt-port", "0", "--http-port", "0", "--for", "1"], ["verify"]];
  const results = await Promise.all(commands.map((words) => runConche([...words, "--data", data])));
  for (const { code, out, err } of results) {
    assert.equal(code, 1, out + err);
    const report = out + err;
    assert.match(report, /CONCHE_LOG_CORRUPT|CONCHE_VERIFY_FAILED/);
    assert.match(report, new RegExp(data));
    assert.match(err, /what to do: keep /);
    assert.doesNotMatch(report, /everything adds up|is running/);
  }
  for (const [index, content] of contents(data).entries())
    assert.ok(content.equals(evidence[index] ?? Buffer.alloc(0)), "the evidence was changed");
}

/** What a process that ends in order does: moves everything into the database. */
function checkpoint(data: string): void {
  const database = new DatabaseSync(join(data, DATABASE));
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}

const DAMAGE: readonly (readonly [what: string, damage: (data: string) => void])[] = [
  [
    "a byte in the middle of the write-ahead log",
    (data) => flip(join(data, WAL), statSync(join(data, WAL)).size / 2),
  ],
  ["the write-ahead log gone", (data) => rmSync(join(data, WAL))],
  [
    "a byte of the database's header",
    (data) => {
      checkpoint(data);
      flip(join(data, DATABASE), 3);
    },
  ],
  [
    "a byte in the newest messages",
    (data) => {
      checkpoint(data);
      const path = join(data, DATABASE);
      flip(path, readFileSync(path).lastIndexOf(`"seq":${MESSAGES},`) + 3);
    },
  ],
  ["the database emptied", (data) => writeFileSync(join(data, DATABASE), "")],
  [
    "the database gone, with its write-ahead log",
    (data) => {
      rmSync(join(data, DATABASE));
      rmSync(join(data, WAL));
    },
  ],
];

test("row 12, flipped bytes in db or WAL: refuses to start and says so; never silently empty", async (context) => {
  const origin = await killed(context);
  for (const [what, damage] of DAMAGE) {
    await context.test(what, async (part) => {
      const data = await temporaryFolder(part);
      cpSync(origin, data, { recursive: true });
      damage(data);
      await assertRefused(data);
    });
  }
});
