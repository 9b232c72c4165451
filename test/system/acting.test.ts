import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openEdge } from "../../src/index.ts";
import { afterwards } from "../servers/afterwards.ts";
import { portOf, type RunningConche, startConche } from "../servers/conche.ts";

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
  afterwards(context, () => rm(folder, { recursive: true, force: true }));
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
    // That its own broker ends with it is no news.
    assert.equal(
      center.events.some(({ code }) => code === "desk-unreachable"),
      false,
    );
  }
});

test("goods are put on hold and released over the API; who has not seen the newest word is refused", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "conche-acting-"));
  afterwards(context, () => rm(folder, { recursive: true, force: true }));
  const data = join(folder, "data");
  const center = await startConche(["datacenter", "--data", data, "--mqtt-port", "0", "--http-port", "0"]);
  const post = async (path: string, body: object) => {
    const answer = await fetch(`${center.started.http}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
  };
  const untilOpen = async (wanted: boolean) => {
    for (;;) {
      const { text, status } = await center.page("/api/holds");
      if (status !== 200) continue;
      const { holds } = JSON.parse(text) as {
        holds: { hold_id: string; version: number; open: boolean; goods: { id: string }[] }[];
      };
      if (holds[0]?.open === wanted) return holds[0];
    }
  };
  const person = { by: "q.ben-ali", reason: "metal found" };
  try {
    const nowhere = await post("/api/holds/lines/tunis-01/line-z", { ...person, lots: ["L1"] });
    assert.equal(nowhere.status, 404);
    await untilViews(center);
    const nothing = await post("/api/holds/lines/tunis-01/line-a", person);
    assert.deepEqual([nothing.status, nothing.json.code], [400, "CONCHE_REQUEST_INVALID"]);
    const put = await post("/api/holds/lines/tunis-01/line-a", { ...person, lots: ["L1", "L2"] });
    assert.deepEqual(
      [put.status, put.json.machine, put.json.seq],
      [202, "tunis-01/line-a/s0_office/dashboard", 1],
    );
    const hold = await untilOpen(true);
    assert.equal(hold.hold_id, put.json.hold_id);
    const release = { ...person, decision: "rework" };
    const done = await post(`/api/holds/${hold.hold_id}/release`, { ...release, seen: hold.version });
    assert.equal(done.status, 202);
    const decided = await untilOpen(false);
    const again = await post(`/api/holds/${hold.hold_id}/release`, { ...release, seen: hold.version });
    assert.deepEqual([again.status, again.json.code], [409, "CONCHE_ACTION_STALE"]);
    const nothingLeft = await post(`/api/holds/${hold.hold_id}/release`, {
      ...release,
      seen: decided.version,
    });
    assert.deepEqual([nothingLeft.status, nothingLeft.json.code], [409, "CONCHE_ACTION_REFUSED"]);
  } finally {
    assert.equal(await center.stop("SIGTERM"), 0);
  }
});

test("while the broker is away, whoever acts is told that it waits; log, health and metrics say so, too, until it is back", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "conche-acting-"));
  afterwards(context, () => rm(folder, { recursive: true, force: true }));
  const data = join(folder, "data");
  const center = (port: number) => {
    const ports = ["--mqtt-port", String(port), "--http-port", "0", "--views", "off"];
    return startConche(["datacenter", "--data", data, ...ports]);
  };
  const first = await center(0);
  const port = portOf(first.started.mqtt);
  const edge = await openEdge({ url: String(first.started.mqtt), outbox: join(folder, "machine") });
  await (await edge.machine(TEMPER)).publish("state", { ts: new Date().toISOString(), state: "Idle" });
  await edge.drained();
  await edge.close();
  assert.equal(await first.stop("SIGTERM"), 0);
  const serve = await startConche([
    ...["serve", "--data", data, "--http-port", "0", "--broker", `mqtt://127.0.0.1:${port}`],
  ]);
  const put = async () => {
    const answer = await fetch(`${serve.started.http}/api/holds/lines/tunis-01/line-a`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ by: "q.ben-ali", reason: "metal found", lots: ["L1"], hold_id: "H-1" }),
    });
    return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
  };
  const health = async () => {
    const { ready, checks } = JSON.parse((await serve.page("/api/health")).text) as {
      ready: boolean;
      checks: { name: string; ok: boolean; detail: string }[];
    };
    return { ready, desk: checks.find(({ name }) => name === "desk") };
  };
  const metric = async (line: string) => (await serve.page("/metrics")).text.split("\n").includes(line);
  try {
    await untilViews(serve);
    assert.equal((await health()).desk?.ok, true);
    const said = await put();
    assert.deepEqual([said.status, said.json.confirmed], [202, false]);
    assert.ok(Date.parse(String(said.json.unreachable_since)) <= Date.now());
    const { text } = await serve.event(({ code }) => code === "desk-unreachable");
    assert.match(
      String(text),
      new RegExp(`can't reach the broker at mqtt://127\\.0\\.0\\.1:${port}: .*outbox`),
    );
    const again = await put();
    assert.deepEqual([again.status, again.json.code], [409, "CONCHE_ACTION_STALE"]);
    assert.match(String(again.json.detail), /waits in the outbox: the broker at .* can't be reached since/);
    const { ready, desk } = await health();
    assert.deepEqual([ready, desk?.ok], [true, false]);
    assert.match(String(desk?.detail), /1 action waits in the outbox/);
    assert.ok(await metric("conche_desk_actions_waiting 1"));
    assert.ok(await metric("conche_desk_connected 0"));
    const back = await center(port);
    try {
      await serve.event(({ code }) => code === "desk-reached");
      while (!(await metric("conche_desk_actions_waiting 0")));
      assert.equal((await health()).desk?.ok, true);
      assert.ok(await metric("conche_desk_connected 1"));
      assert.equal(serve.events.filter(({ code }) => code === "desk-unreachable").length, 1);
    } finally {
      assert.equal(await back.stop("SIGTERM"), 0);
    }
  } finally {
    assert.equal(await serve.stop("SIGTERM"), 0);
  }
});

/** Resolves when the views can be asked. */
async function untilViews(center: RunningConche): Promise<void> {
  while ((await center.page("/api/holds")).status !== 200);
}
