import assert from "node:assert/strict";
import { test } from "node:test";
import { RawClient } from "../adapters/broker/raw-client.ts";
import { runConche } from "../commands/run-conche.ts";
import { afterwards } from "../servers/afterwards.ts";
import { portOf, type RunningConche, startConche } from "../servers/conche.ts";
import {
  assertVerified,
  BOOT,
  count,
  dataCenter,
  MACHINE,
  metric,
  select,
  TELEMETRY,
  telemetry,
  temporaryFolder,
  until,
} from "./fault-matrix/data-center.ts";

const PERSON = { by: "Amel", why: "the new panel writes no times" };

function wrong(seq: number): string {
  return telemetry(seq).replace(/"ts":"[^"]+"/, '"ts":"yesterday"');
}

interface Answer {
  readonly status: number;
  readonly outcome?: string;
  readonly detail?: string;
  readonly code?: string;
  readonly hint?: string;
  readonly dismissed?: boolean;
}

async function post({ started }: RunningConche, path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${started.http}/api/quarantine/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body ?? {}),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

test("quarantine is replayed, corrected and dismissed over HTTP while its data center takes messages", async (t) => {
  const data = await temporaryFolder(t);
  const center = await dataCenter(t, { data });
  const machine = await RawClient.connected(portOf(center.started.mqtt), 5, "temper", {});
  let last = 0;
  const say = async (payload: string): Promise<void> => {
    machine.publish(TELEMETRY, payload, 1, ++last);
    await machine.expect("puback");
  };
  const listener = await RawClient.connected(portOf(center.started.mqtt), 5, "listener", {});
  listener.subscribe(1, [`datacenter/${MACHINE}/receipt`, 0]);
  await listener.expect("suback");

  for (const payload of [telemetry(1), wrong(2), wrong(3), telemetry(4), "no JSON"]) await say(payload);
  assert.deepEqual([count(data, "mqtt_messages"), count(data, "quarantine")], [2, 3]);
  // Messages come all the time: each action takes its turn.
  let saying = true;
  let seq = 4;
  const load = (async () => {
    while (saying) await say(telemetry(++seq));
  })();
  const right = telemetry(2);
  const still = await post(center, "1/replay");
  assert.deepEqual([still.status, still.outcome], [200, "refused"]);
  const corrected = await post(center, "1/correct", { ...PERSON, payload: right });
  assert.deepEqual([corrected.status, corrected.outcome, corrected.detail], [200, "stored", ""]);
  const again = await post(center, "1/correct", { ...PERSON, payload: right });
  assert.deepEqual([again.status, again.code], [409, "CONCHE_ACTION_REFUSED"]);
  assert.equal((await post(center, "3/dismiss", PERSON)).dismissed, true);
  assert.equal((await post(center, "3/dismiss", PERSON)).dismissed, false);
  saying = false;
  await load;

  // The number counts as stored from now on: sent again it is a duplicate, and the receipt speaks of 3 alone.
  await say(right);
  const receipts = () =>
    listener.packets.filter(({ cmd }) => cmd === "publish").map(({ payload }) => JSON.parse(String(payload)));
  await until(() => receipts().at(-1)?.through === seq && receipts().at(-1)?.quarantined.join() === "3");
  assert.equal(receipts().at(-1).boot, BOOT);
  assert.equal(await metric(center, "conche_log_messages_unaccounted"), 0);
  assert.equal(await metric(center, 'conche_log_messages{outcome="quarantined"}'), 2);
  assert.equal(await metric(center, 'conche_quarantine_messages{state="corrected"}'), 1);

  // Another process can't, and says who can.
  const beside = await startConche(["serve", "--data", data, "--http-port", "0"]);
  afterwards(t, () => beside.stop("SIGKILL"));
  const refused = await post(beside, "2/dismiss", PERSON);
  assert.deepEqual([refused.status, refused.code], [409, "CONCHE_LOG_IN_USE"]);
  assert.match(refused.hint ?? "", /that process does it while it runs: at its own dashboard/);
  for (const words of [["replay"], ["dismiss", "--id", "2", "--by", "Amel", "--why", "a test"]]) {
    const cli = await runConche(["quarantine", ...words, "--data", data]);
    assert.notEqual(cli.code, 0);
    assert.match(cli.err, /CONCHE_LOG_IN_USE[\s\S]*that process does it while it runs/);
  }

  assert.equal(await center.stop("SIGTERM"), 0);
  await assertVerified(data);
  const stored = select(data, "SELECT seq FROM mqtt_messages ORDER BY seq").map((row) => row.seq);
  assert.deepEqual(
    stored,
    Array.from({ length: seq }, (_, index) => index + 1).filter((each) => each !== 3),
  );
  const audit = await runConche(["audit", "list", "--data", data, "--json"]);
  for (const kind of ["quarantine-replayed", "quarantine-corrected", "quarantine-dismissed"])
    assert.match(audit.out, new RegExp(kind));
});
