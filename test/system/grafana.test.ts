import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { parse } from "yaml";
import { ROOT } from "../../scripts/tool.ts";
import { type RunningConche, startConche } from "../servers/conche.ts";
import { NO_PROMETHEUS, Prometheus } from "../servers/prometheus.ts";

const FOLDER = join(ROOT, "deploy", "grafana");
/** What Grafana puts into a query, as this test does it. */
const GRAFANA: Readonly<Record<string, string>> = {
  $__rate_interval: "5s",
  $instance: ".+",
  $line: "line-a",
  $machine: "temper-01",
  $characteristic: "temper_index",
  $step: "s5_tempering",
  "${site}": "tunis-01",
};

interface Target {
  readonly refId: string;
  readonly datasource: { readonly uid: string };
  readonly expr?: string;
  readonly instant?: boolean;
  readonly url?: string;
  readonly root_selector?: string;
  readonly columns?: readonly { readonly selector: string }[];
}

interface Dashboard {
  readonly uid: string;
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
  readonly panels: readonly {
    readonly title: string;
    readonly type: string;
    readonly targets?: readonly Target[];
  }[];
}

const DASHBOARDS = readdirSync(join(FOLDER, "dashboards")).map(
  (file) => JSON.parse(readFileSync(join(FOLDER, "dashboards", file), "utf8")) as Dashboard,
);

/** Every query of every panel: `[dashboard, panel, query]`. */
function targetsOf(uid: string): (readonly [string, string, Target])[] {
  return DASHBOARDS.flatMap((board) =>
    board.panels.flatMap(({ title, targets = [] }) =>
      targets
        .filter(({ datasource }) => datasource.uid === uid)
        .map((target) => [board.uid, title, target] as const),
    ),
  );
}

function filledIn(text: string, more: Readonly<Record<string, string>> = {}): string {
  return Object.entries({ ...GRAFANA, ...more }).reduce(
    (filled, [name, value]) => filled.replaceAll(name, value),
    text,
  );
}

suite("Grafana's dashboards on a real run", { skip: NO_PROMETHEUS, timeout: 600_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "conche-grafana-"));
  let conche: RunningConche;
  let edge: RunningConche;
  let prometheus: Prometheus;

  before(async () => {
    const notify = join(folder, "notify.yaml");
    writeFileSync(
      notify,
      "version: 1\nchannels: { shift: { webhook: { url: http://127.0.0.1:9/ } } }\nrules: [{ name: all, to: [shift] }]\n",
    );
    const ports = ["--mqtt-port", "0", "--http-port", "0"];
    const data = ["--data", join(folder, "data"), "--history", "3h", "--notify", notify];
    conche = await startConche(["up", ...ports, ...data]);
    edge = await startConche([
      "edge",
      "--cloud",
      String(conche.started.mqtt),
      ...ports,
      "--outbox",
      join(folder, "edge"),
    ]);
    const hosts = [conche, edge].map(({ started }) => new URL(String(started.http)).host);
    prometheus = await Prometheus.start({ conche: hosts.slice(0, 1), "conche-forward": hosts.slice(1) });
  });

  after(async () => {
    await prometheus?.stop();
    await edge?.stop("SIGTERM");
    await conche?.stop("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [board, title, { refId, expr = "", instant }] of targetsOf("conche-prometheus")) {
    test(`${board}, ${title} (${refId}): its query gives numbers`, async () => {
      for (;;) {
        const series = await prometheus.query(filledIn(expr), instant ? undefined : 60);
        const values = series.flatMap(({ value, values: many = [] }) => [
          ...(value === undefined ? [] : [value]),
          ...many,
        ]);
        if (values.some(([, value]) => Number.isFinite(Number(value)))) return;
      }
    });
  }

  for (const [board, title, { url = "", root_selector: root = "", columns = [] }] of targetsOf(
    "conche-api",
  )) {
    test(`${board}, ${title}: the API has every column, and a row`, async () => {
      const from = new Date(Date.now() - 4 * 3_600_000).toISOString();
      const times = { "${__from:date:iso}": from, "${__to:date:iso}": new Date().toISOString() };
      const asked = filledIn(url, { "${api}": String(conche.started.http), ...times });
      for (;;) {
        const answer = await fetch(asked);
        const body = (await answer.json()) as Record<string, unknown>;
        // The past is still being told at first.
        if (answer.status === 404 || answer.status === 503) continue;
        assert.equal(answer.status, 200, JSON.stringify(body));
        const found = root === "$" ? [body] : body[root];
        assert.ok(Array.isArray(found), `${asked} has no list ${root}`);
        if (found.length === 0) continue;
        for (const { selector } of columns) {
          assert.ok(
            found.some((row) => has(row, selector.split("."))),
            `${asked} has no ${selector}`,
          );
        }
        return;
      }
    });
  }

  test("each variable has something to choose", async () => {
    for (const { templating } of DASHBOARDS) {
      for (const { definition } of templating.list) {
        const [, match = "", label = ""] = /^label_values\((.*), (\w+)\)$/.exec(definition ?? "") ?? [];
        if (definition === undefined) continue;
        assert.notDeepEqual(await prometheus.labelValues(label, filledIn(match)), [], definition);
      }
    }
  });
});

/** Whether a place is there; what has no value at present (null) may have one later. */
function has(row: unknown, [first = "", ...rest]: readonly string[]): boolean {
  if (row === null) return true;
  if (typeof row !== "object" || !(first in (row as object))) return false;
  return rest.length === 0 || has((row as Record<string, unknown>)[first], rest);
}

suite("Grafana's files", () => {
  test("dashboards have names of their own, and ask only the data sources that are provisioned", () => {
    const { datasources } = parse(
      readFileSync(join(FOLDER, "provisioning", "datasources", "conche.yaml"), "utf8"),
    ) as {
      readonly datasources: readonly { readonly uid: string }[];
    };
    const known = new Set(datasources.map(({ uid }) => uid));
    assert.equal(new Set(DASHBOARDS.map(({ uid }) => uid)).size, 3);
    for (const { panels } of DASHBOARDS) {
      for (const { targets = [], title } of panels) {
        for (const { datasource } of targets) assert.ok(known.has(datasource.uid), title);
      }
    }
  });

  test("a metric that no process has is asked for by no panel", () => {
    const known = readFileSync(join(ROOT, "docs", "metrics.md"), "utf8");
    for (const [board, title, { expr = "" }] of targetsOf("conche-prometheus")) {
      for (const [metric] of expr.matchAll(/\bconche_\w+/g)) {
        assert.ok(
          known.includes(`\`${metric.replace(/_(bucket|sum|count)$/, "")}\``),
          `${board}, ${title}: ${metric}`,
        );
      }
    }
  });
});
