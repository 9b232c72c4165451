import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "../../scripts/tool.ts";

/** Why tests that need Prometheus are skipped here, or false. */
export const NO_PROMETHEUS: string | false =
  spawnSync("prometheus", ["--version"]).error === undefined
    ? false
    : "prometheus is not installed: apt-get install prometheus";

/** One series of an answer: its labels and its values. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

/** A Prometheus with the product's own rules that scrapes every second, until it is stopped. */
export class Prometheus {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly url: string;

  private constructor(child: ChildProcess, folder: string, url: string) {
    this.#child = child;
    this.#folder = folder;
    this.url = url;
  }

  /** @param jobs targets (`127.0.0.1:8080`) by job */
  static async start(jobs: Readonly<Record<string, readonly string[]>>): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), "conche-prometheus-"));
    const config = {
      global: { scrape_interval: "1s", evaluation_interval: "1s" },
      rule_files: [join(ROOT, "deploy", "prometheus", "conche.rules.yml")],
      scrape_configs: Object.entries(jobs).map(([job_name, targets]) => ({
        job_name,
        static_configs: [{ targets }],
      })),
    };
    // JSON is YAML, too.
    writeFileSync(join(folder, "prometheus.yml"), JSON.stringify(config));
    const child = spawn(
      "prometheus",
      [
        `--config.file=${join(folder, "prometheus.yml")}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        "--web.listen-address=127.0.0.1:0",
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    const said: string[] = [];
    for await (const line of createInterface({ input: child.stderr })) {
      said.push(line);
      const [, address] = /address=(127\.0\.0\.1:[1-9]\d*)/.exec(line) ?? [];
      if (address === undefined) continue;
      child.stderr.resume();
      return new Prometheus(child, folder, `http://${address}`);
    }
    throw new Error(`prometheus ended: ${said.slice(-5).join("\n")}`);
  }

  /** The series that a query gives now, or over the last so many seconds. */
  async query(expr: string, overSeconds?: number): Promise<readonly Series[]> {
    const now = Date.now() / 1_000;
    const asked =
      overSeconds === undefined
        ? `query?${new URLSearchParams({ query: expr })}`
        : `query_range?${new URLSearchParams({ query: expr, start: String(now - overSeconds), end: String(now), step: "1" })}`;
    const { status, error, data } = (await (await fetch(`${this.url}/api/v1/${asked}`)).json()) as {
      readonly status: string;
      readonly error?: string;
      readonly data: { readonly result: readonly Series[] };
    };
    if (status !== "success") throw new Error(`${expr}: ${error}`);
    return data.result;
  }

  /** The values of a label among the series that match. */
  async labelValues(label: string, match: string): Promise<readonly string[]> {
    const answer = await fetch(
      `${this.url}/api/v1/label/${label}/values?${new URLSearchParams({ "match[]": match })}`,
    );
    return ((await answer.json()) as { readonly data: readonly string[] }).data;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
