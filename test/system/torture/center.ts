import { join } from "node:path";
import { runConche } from "../../commands/run-conche.ts";
import { type RunningConche, startConche } from "../../servers/conche.ts";
import { freePort } from "../../servers/mosquitto.ts";
import { type Allowance, compare } from "./comparison.ts";
import { readLedger } from "./ledger.ts";
import type { TortureRun } from "./torture-run.ts";

/** How a data center of a run is started. */
export interface CenterSetting {
  /** Port of another broker; the embedded one where left out. */
  readonly brokerPort?: number | undefined;
  readonly words?: readonly string[];
}

/** `conche datacenter`: one data folder, and one process after the other on it. */
export class Center {
  readonly data: string;
  readonly #run: TortureRun;
  readonly #setting: CenterSetting;
  readonly #port: number;
  #process: RunningConche | undefined;

  private constructor(run: TortureRun, setting: CenterSetting, port: number, data: string) {
    this.#run = run;
    this.#setting = setting;
    this.#port = port;
    this.data = data;
    run.afterwards(() => this.#process?.stop("SIGKILL"));
  }

  /** With the embedded broker it keeps its port, so that machines find it again. */
  static async make(run: TortureRun, setting: CenterSetting = {}, name = "data"): Promise<Center> {
    return new Center(run, setting, setting.brokerPort ?? (await freePort()), join(run.folder, name));
  }

  /** Where machines connect. */
  get url(): string {
    return `mqtt://127.0.0.1:${this.#port}`;
  }

  get pid(): number | undefined {
    return this.#process?.child.pid;
  }

  get port(): number {
    return this.#port;
  }

  /** The process that runs, or ran last. */
  get process(): RunningConche {
    if (this.#process === undefined) throw new Error("the data center was not started");
    return this.#process;
  }

  get running(): boolean {
    const child = this.#process?.child;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** Resolves when it says that it runs; rejects when it ends instead. */
  async start(wrapper: readonly string[] = [], words: readonly string[] = []): Promise<void> {
    const { brokerPort } = this.#setting;
    const broker =
      brokerPort === undefined
        ? ["--mqtt-port", String(this.#port)]
        : ["--broker", `mqtt://127.0.0.1:${brokerPort}`];
    const all = ["datacenter", "--data", this.data, "--http-port", "0", "--quiet", ...broker];
    const started = startConche([...all, ...(this.#setting.words ?? []), ...words], wrapper);
    this.#process = await this.#run.within("the data center starts", started);
  }

  /** Resolves when it is ready: with another broker, that it has its subscription. */
  async ready(): Promise<void> {
    await this.#run.until("the data center is ready", async () => {
      const { status } = await this.process.page("/readyz");
      return status === 200;
    });
  }

  /** Resolves when so many messages are in the log. */
  async stored(messages: number): Promise<void> {
    await this.#run.until(`${messages} messages in the log`, async () => {
      return (await this.metric("conche_messages_stored_total")) >= messages;
    });
  }

  /** The sum of a metric over all of its labels. */
  async metric(name: string): Promise<number> {
    const { text } = await this.process.page("/metrics");
    const lines = text.split("\n").filter((line) => [" ", "{"].some((end) => line.startsWith(name + end)));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
  }

  async kill(): Promise<void> {
    if (!this.running) return;
    this.#run.kills++;
    await this.#process?.stop("SIGKILL");
  }

  /** Resolves with the exit code when the process has ended by itself, or was killed from elsewhere. */
  async ended(): Promise<number | null> {
    return this.#run.within("the data center ends", this.process.ended);
  }

  /**
   * SIGTERM; notes a violation when it doesn't end with 0.
   * @param withinMs when it has to be done; how long that takes is of interest to one row only
   */
  async endInOrder(withinMs?: number): Promise<void> {
    const { child, errors } = this.process;
    const overdue = withinMs && setTimeout(() => child.kill("SIGKILL"), withinMs);
    const code = await this.#run.within("the data center ends", this.process.stop("SIGTERM"));
    clearTimeout(overdue);
    this.#run.require(code === 0, `the data center ended with ${code ?? "SIGKILL"}: ${errors.join("; ")}`);
  }

  /** Holds the ledger against log and quarantine, and has `conche verify` recompute the law. */
  async account(allowance: Allowance & { readonly missing?: number } = {}): Promise<void> {
    const run = this.#run;
    const found = compare(readLedger(join(run.folder, "ledger")), this.data, allowance);
    run.messages += found.taken;
    run.lost += found.lost.length;
    run.duplicated += found.duplicated.length;
    run.altered += found.altered.length;
    for (const [what, tokens] of Object.entries(found)) {
      if (typeof tokens === "number" || tokens.length === 0) continue;
      run.violations.push(`${tokens.length} ${what}: ${tokens.slice(0, 5).join(", ")}`);
    }
    run.require(found.taken > 0, "no message was taken: nothing was put to the test");
    const verify = await runConche(["verify", "--data", this.data, "--json"]);
    run.require(verify.code === 0, `conche verify: ${verify.out} ${verify.err}`);
    if (verify.code !== 0) return;
    const { publishers } = JSON.parse(verify.out) as { publishers: { missing: number }[] };
    const missing = publishers.reduce((sum, publisher) => sum + publisher.missing, 0);
    run.require(missing === (allowance.missing ?? 0), `${missing} numbers are missing`);
  }
}
