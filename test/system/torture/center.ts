import { join } from "node:path";
import { runConche } from "../../commands/run-conche.ts";
import { freePort } from "../../servers/mosquitto.ts";
import { type Allowance, compare, hasToken } from "./comparison.ts";
import { ConcheProcess } from "./conche-process.ts";
import { readLedger } from "./ledger.ts";
import type { TortureRun } from "./torture-run.ts";

/** How a data center of a run is started. */
export interface CenterSetting {
  /** Port of another broker; the embedded one where left out. */
  readonly brokerPort?: number | undefined;
  readonly words?: readonly string[];
}

/** `conche datacenter`: one data folder, and one process after the other on it. */
export class Center extends ConcheProcess {
  readonly data: string;
  /** Where machines connect. */
  readonly port: number;

  private constructor(run: TortureRun, data: string, port: number, words: readonly string[]) {
    super(run, "the data center", ["datacenter", "--data", data, ...words]);
    this.data = data;
    this.port = port;
  }

  /** With the embedded broker it keeps its port, so that machines find it again. */
  static async make(run: TortureRun, setting: CenterSetting = {}, name = "data"): Promise<Center> {
    const { brokerPort, words = [] } = setting;
    const port = brokerPort ?? (await freePort());
    const broker =
      brokerPort === undefined
        ? ["--mqtt-port", String(port)]
        : ["--broker", `mqtt://127.0.0.1:${brokerPort}`];
    return new Center(run, join(run.folder, name), port, [...broker, ...words]);
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** Resolves when so many messages are in the log. */
  async stored(messages: number): Promise<void> {
    await this.run.until(`${messages} messages in the log`, async () => {
      return (await this.metric("conche_messages_stored_total")) >= messages;
    });
  }

  /** Resolves when a message is in the log. */
  async holds(token: string): Promise<void> {
    await this.run.until(`${token} is in the log`, () => hasToken(this.data, token));
  }

  /** Holds the ledger against log and quarantine, and has `conche verify` recompute the law. */
  async account(allowance: Allowance & { readonly missing?: number } = {}): Promise<void> {
    const { run } = this;
    const found = compare(readLedger(run.ledger), this.data, allowance);
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
