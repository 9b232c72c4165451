import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openEdge } from "../../src/index.ts";
import { startConche } from "../servers/conche.ts";

const TEMPER = "tunis-01/line-a/s5_tempering/temper-01";
const ALARM = `/api/alarms/${TEMPER}/temp.high`;

interface AlarmAnswer {
  readonly alarm: { readonly state: string; readonly version: number };
  readonly events: readonly {
    readonly event: string;
    readonly by: string | null;
    readonly said_by: string;
  }[];
}

test("an alarm is acknowledged over the API: a message of the desk, in the log, then in the view", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "conche-acting-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const data = join(folder, "data");
  const center = await startConche(["datacenter", "--data", data, "--mqtt-port", "0", "--http-port", "0"]);
  const edge = await openEdge({ url: String(center.started.mqtt), outbox: join(folder, "machine") });
  const http = String(center.started.http);
  const inState = async (state: string): Promise<AlarmAnswer> => {
    for (;;) {
      const answer = await fetch(`${http}${ALARM}`);
      const found = answer.ok
        ? ((await answer.json()) as AlarmAnswer)
        : await answer.arrayBuffer().then(() => undefined);
      if (found?.alarm.state === state) return found;
    }
  };
  const act = async (verb: string, body: object) => {
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    };
    const answer = await fetch(`${http}${ALARM}/${verb}`, init);
    return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
  };
  try {
    const temper = await edge.machine(TEMPER);
    const raised = { event: "raised", code: "TEMP_HIGH", message: "too warm", priority: "high" } as const;
    await temper.publish("alarm", { ts: new Date().toISOString(), alarm_id: "temp.high", ...raised });
    const { alarm } = await inState("unack");
    const done = await act("acknowledge", { by: "a.trabelsi", seen: alarm.version, comment: "water" });
    assert.deepEqual(
      [done.status, done.json.machine, done.json.seq],
      [202, "tunis-01/line-a/s0_office/dashboard", 1],
    );
    const { events } = await inState("ack");
    assert.deepEqual(
      events.map(({ event, by, said_by }) => [event, by, said_by]),
      [
        ["acknowledged", "a.trabelsi", "tunis-01/line-a/s0_office/dashboard"],
        ["raised", null, TEMPER],
      ],
    );
    const again = await act("acknowledge", { by: "b", seen: alarm.version });
    assert.deepEqual([again.status, again.json.code], [409, "CONCHE_ACTION_STALE"]);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const { alarm: now } = await inState("ack");
    assert.equal(
      (await act("shelve", { by: "a.trabelsi", seen: now.version, until, reason: "pump" })).status,
      202,
    );
    await inState("shelved");
  } finally {
    await edge.close();
    assert.equal(await center.stop("SIGTERM"), 0);
  }
});
