import assert from "node:assert/strict";
import { test } from "node:test";
import { MESSAGE_FLAG } from "../../../src/contract/policy.ts";
import { RawClient } from "../../adapters/broker/raw-client.ts";
import { runConche } from "../../commands/run-conche.ts";
import { portOf } from "../../servers/conche.ts";
import {
  dataCenter,
  endInOrder,
  metric,
  select,
  telemetry,
  temporaryFolder,
  verifiedTotals,
} from "./data-center.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How far each machine's clock is off, message by message. */
const CLOCKS: Readonly<Record<string, readonly number[]>> = {
  "s5_tempering/temper-01": [DAY, DAY, DAY, DAY],
  "s4_conching/conche-01": [-DAY, -DAY, -DAY, -DAY],
  "s6_molding/molder-01": [0, 0, -HOUR, -HOUR],
  "s8_packaging/packer-03": [0, MINUTE, -MINUTE, 0],
};

/** The labels of a machine's metrics. */
const labels = (key: string) => {
  const [step, machine] = key.split("/");
  return `{site="tunis-01",line="line-a",step="${step}",machine="${machine}"}`;
};

test("row 23, clocks a day off, back an hour: order and dedup by seq; skew flagged per machine", async (context) => {
  const data = await temporaryFolder(context);
  const center = await dataCenter(context, { data });
  const client = await RawClient.connected(portOf(center.started.mqtt), 5, "gateway");
  const startedAt = Date.now();
  let id = 0;
  for (const [key, offsets] of Object.entries(CLOCKS)) {
    const payloads = offsets.map((offset, index) => telemetry(index + 1, { atMs: startedAt + offset }));
    // Each of them twice: the same number is the same message, whatever the clock said in between.
    for (const payload of [...payloads, ...payloads]) {
      client.publish(`factory/tunis-01/line-a/${key}/telemetry`, payload, 1, ++id);
      await client.expect("puback");
    }
  }
  for (const [key, offsets] of Object.entries(CLOCKS)) {
    const [step, machine] = key.split("/");
    const rows = select(
      data,
      "SELECT seq, flags FROM mqtt_messages WHERE step = ? AND machine = ? ORDER BY id",
      step ?? "",
      machine ?? "",
    );
    assert.deepEqual(
      rows.map(({ seq, flags }) => [seq, (Number(flags) & MESSAGE_FLAG.CLOCK_SKEW) !== 0]),
      offsets.map((offset, index) => [index + 1, Math.abs(offset) > 5 * MINUTE]),
      key,
    );
    const skew = await metric(center, `conche_clock_skew_seconds${labels(key)}`);
    const expected = (offsets.at(-1) ?? 0) / 1_000;
    assert.ok(Math.abs(skew - expected) < 60, `${key}: ${skew} s instead of ${expected} s`);
    assert.equal(await metric(center, `conche_sequence_missing${labels(key)}`), 0);
    assert.equal(await metric(center, `conche_sequence_duplicates${labels(key)}`), offsets.length);
  }
  assert.equal(await metric(center, 'conche_messages_flagged_total{flag="clock_skew"}'), 10);
  await endInOrder(center);
  assert.deepEqual(await verifiedTotals(data), { received: 32, stored: 16, duplicates: 16, quarantined: 0 });

  // What the machine says of the time is what is asked for, wrong as it may be. A molder has no temp_c: flagged, too.
  const { out } = await runConche(["log", "query", "--data", data, "--json", "--machine", "molder-01"]);
  const found = out.trimEnd().split("\n");
  assert.deepEqual(
    found.map((line) => [JSON.parse(line).seq, JSON.parse(line).flags]),
    [
      [1, ["unknown_tag"]],
      [2, ["unknown_tag"]],
      [3, ["clock_skew", "unknown_tag"]],
      [4, ["clock_skew", "unknown_tag"]],
    ],
  );
});
