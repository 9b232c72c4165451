import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { runConche } from "../commands/run-conche.ts";
import { type RunningConche, startConche } from "../servers/conche.ts";

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly required: boolean;
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly responses: {
    readonly 200: { readonly content: Readonly<Record<string, { readonly schema: object }>> };
  };
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

/** What the questions of traceability begin with. */
const LOT = "tunis-01.line-a.cocoa_mass.20260111T080000";
const BATCH = "B20260110-MI-6728";

/** A value for every parameter that a question needs: of the simulated line's history. */
const VALUES: Readonly<Record<string, string>> = {
  id: "1",
  site: "tunis-01",
  line: "line-a",
  step: "s5_tempering",
  machine: "temper-01",
  tag: "temp_c",
  points: "50",
  characteristic: "temper_index",
  alarm_id: "temp_c.high",
  lots: LOT,
  number: "1",
  of: LOT,
  text: LOT.slice(0, 8),
};
const START = "2026-01-11T08:00:00Z";
/** Spans of the week's history: all of it, a shift of a day, and one over midnight of the plant's clock (UTC+1). */
const SPANS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "the whole week": spanOf(START, "2026-01-18T08:00:00Z"),
  "a morning shift": spanOf("2026-01-13T05:00:00Z", "2026-01-13T13:00:00Z"),
  "a night shift": spanOf("2026-01-13T22:00+01:00", "2026-01-14T06:00+01:00"),
};
/** What is answered otherwise, and why. */
const OTHERWISE: Readonly<Record<string, number>> = {
  // Nobody set one up.
  logInWithProvider: 404,
  providerAnswered: 404,
  quarantinedMessage: 404, // nothing of the history is in quarantine
};

suite("conche serve over a week's history", () => {
  let folder = "";
  let running: RunningConche;
  before(async () => {
    folder = await historyOf("7d", "--telemetry-interval", "40");
    running = await startConche(["serve", "--data", folder, "--http-port", "0", "--api-time-limit", "60"]);
  });
  after(async () => {
    await running?.stop("SIGTERM");
    await rm(folder, { recursive: true, force: true });
  });

  for (const [name, span] of Object.entries(SPANS)) {
    test(`every question answers as its schema says, as JSON and where it is a list as CSV: ${name}`, async () => {
      const document: OpenApi = JSON.parse((await running.page("/api/openapi.json")).text);
      const ajv = new Ajv2020({ strict: false, validateFormats: false });
      for (const [name, schema] of Object.entries(document.components.schemas)) {
        ajv.addSchema(schema, `#/components/schemas/${name}`);
      }
      let asked = 0;
      for (const [path, methods] of Object.entries(document.paths)) {
        const operation = methods.get;
        if (operation === undefined || operation.operationId === "live") continue;
        const ofTime = operation.parameters.some((each) => each.name in span);
        if (!ofTime && span !== SPANS["the whole week"]) continue; // it was asked already
        const named = path
          .replace(/(find|trace|due-diligence)\/\{id\}/, `$1/${LOT}`)
          .replace("/epcis/{id}", `/epcis/${BATCH}`)
          .replace("/batches/{batch}", `/batches/${BATCH}`);
        const url = new URL(urlOf(named, operation.parameters, span), running.started.http);
        const answer = await fetch(url);
        const text = await answer.text();
        assert.equal(answer.status, OTHERWISE[operation.operationId] ?? 200, `${url}: ${text}`);
        if (answer.status !== 200) continue;
        const { content } = operation.responses[200];
        if (content["application/pdf"] !== undefined) {
          assert.match(text, /^%PDF-1\.7\n.*\n%%EOF\n$/s);
          continue;
        }
        if (content["image/svg+xml"] !== undefined) {
          assert.match(text, /^<svg .*<\/svg>\n$/s);
          continue;
        }
        const validate = ajv.compile(content["application/json"]?.schema ?? {});
        assert.ok(
          validate(JSON.parse(text)),
          `${url}: ${ajv.errorsText(validate.errors)}\n${text.slice(0, 1_000)}`,
        );
        if (content["text/csv"] !== undefined) {
          const table = await fetch(url, { headers: { accept: "text/csv" } });
          assert.equal(table.status, 200, `${url} as CSV`);
          assert.match(await table.text(), /^[a-z_]+([.,][a-z_0-9]+)*\r\n/);
        }
        asked++;
      }
      assert.ok(asked >= 10, `${asked} questions`);
    });
  }
});

suite("conche serve over a history", () => {
  let folder = "";
  let running: RunningConche;
  before(async () => {
    folder = await historyOf("10m");
    running = await startConche(["serve", "--data", folder, "--http-port", "0", "--api-time-limit", "60"]);
  });
  after(async () => {
    await running?.stop("SIGTERM");
    await rm(folder, { recursive: true, force: true });
  });

  test("every list of views and messages says as of which message it is, and nothing is behind", async () => {
    const { views, as_of } = JSON.parse((await running.page("/api/views")).text);
    assert.ok(views.length >= 5);
    for (const { name, position, behind } of views) {
      assert.deepEqual([name, position, behind], [name, as_of.log_position, 0]);
    }
  });

  test("views whose files are removed have nothing: not ready, and no question is answered from them", async () => {
    for (const end of ["", "-wal", "-shm"]) await rm(join(folder, `views.db${end}`), { force: true });
    const { ready, checks } = JSON.parse((await running.page("/api/health")).text);
    assert.equal(ready, false, JSON.stringify(checks));
    for (const path of ["/readyz", "/api/now", "/api/findings", "/api/findings?view=tags"]) {
      assert.equal((await running.page(path)).status, 503, path);
    }
    while ((await running.page("/readyz")).status !== 200) await pause(50);
    for (const path of ["/api/now", "/api/findings"]) {
      assert.equal((await running.page(path)).status, 200, path);
    }
  });

  test("a replay is refused while nothing is there, and a data center's log is left alone", async () => {
    const answer = await fetch(`${running.started.http}/api/quarantine/1/replay`, { method: "POST" });
    assert.equal(answer.status, 404);
    assert.equal(((await answer.json()) as { code: string }).code, "CONCHE_QUARANTINE_UNKNOWN");
  });

  test("SQL in parameters and paths that lead elsewhere: 400 or 404, and the log is as it was", async () => {
    for (const path of [
      "/api/messages?machine='%20OR%201=1;--",
      "/api/messages?batch=x'%3B%20DROP%20TABLE%20mqtt_messages%3B--",
      "/api/messages/1%20OR%201=1",
      "/api/messages/99999999",
      "/api/topics?under=../../etc",
      "/api/findings?view='%3B--",
      "/api/findings?view=none",
      "/api/..%2f..%2fetc%2fpasswd",
      "/api/messages?limit=1e9",
    ]) {
      const { status } = await running.page(path);
      const empty = path.includes("DROP"); // a batch may have any name: none has that one
      assert.ok(empty ? status === 200 : status === 400 || status === 404, `${path}: ${status}`);
    }
    const verified = await runConche(["verify", "--data", folder]);
    assert.equal(verified.code, 0, verified.err);
  });

  test("conche rebuild asks the process that keeps the views, and watches", async () => {
    const rebuilt = await runConche(["rebuild", "topics", "quality", "--data", folder, "--json"]);
    assert.equal(rebuilt.code, 0, rebuilt.err);
    const { elsewhere, messages, views } = JSON.parse(rebuilt.out);
    assert.deepEqual([elsewhere, views], [true, ["topics", "quality"]]);
    const { as_of } = JSON.parse((await running.page("/api/views")).text);
    assert.equal(messages, as_of.log_position);
  });

  test("conche views lists them", async () => {
    const listed = await runConche(["views", "--data", folder, "--json"]);
    assert.equal(listed.code, 0, listed.err);
    const views = listed.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.ok(views.some(({ name, rows, bytes }) => name === "topics" && rows > 10 && bytes > 0));
  });

  test("a second serve reads the views that the first one keeps", async () => {
    const second = await startConche(["serve", "--data", folder, "--http-port", "0"]);
    try {
      await second.event(({ event, text }) => event === "notice" && String(text).includes("keeps the views"));
      const { views } = JSON.parse((await second.page("/api/views")).text);
      assert.ok(views.length >= 5);
    } finally {
      assert.equal(await second.stop("SIGTERM"), 0);
    }
  });
});

/** A span as most questions are asked for it, and as EPCIS has it. */
function spanOf(from: string, to: string): Readonly<Record<string, string>> {
  return { from, to, GE_eventTime: from, LT_eventTime: to };
}

/** A data folder with the simulated line's history of so long, and its views. */
async function historyOf(length: string, ...more: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "conche-serve-"));
  const simulate = ["simulate", "--backfill", length, "--start", START, ...more];
  // Folded apart: serve does the same with less of the processor, and is waited for longer.
  for (const words of [simulate, ["rebuild"]]) {
    const { code, err } = await runConche([...words, "--data", folder]);
    assert.equal(code, 0, err);
  }
  return folder;
}

/** A question with what it needs, and whatever of {@link VALUES} and the span it takes. */
function urlOf(path: string, parameters: readonly Parameter[], span: object): string {
  // Of a recall it is the address: what a machine made somewhere is no answer.
  const machine = path.startsWith("/api/recall")
    ? "tunis-01/line-a/s5_tempering/temper-01"
    : (VALUES.machine ?? "");
  const values: Readonly<Record<string, string>> = { ...VALUES, machine, ...span };
  const query = new URLSearchParams();
  let url = path;
  for (const { name, in: place, required } of parameters) {
    if (place === "path" && !path.includes(`{${name}}`)) continue;
    const value = values[name];
    if (value === undefined) {
      assert.ok(!required, `${path} needs ${name}: give it a value in this test`);
      continue;
    }
    if (place === "path") url = url.replace(`{${name}}`, encodeURIComponent(value));
    else query.set(name, value);
  }
  return `${url}?${query}`;
}
