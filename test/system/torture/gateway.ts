import { join } from "node:path";
import { runConche } from "../../commands/run-conche.ts";
import { freePort } from "../../servers/mosquitto.ts";
import { ConcheProcess } from "./conche-process.ts";
import type { TortureRun } from "./torture-run.ts";

/** `conche edge` or `conche bridge`: one outbox, and one process after the other on it. */
export class Gateway extends ConcheProcess {
  /** Where its machines connect: to itself, or to the broker that it bridges. */
  readonly port: number;

  readonly outbox: string;

  private constructor(run: TortureRun, port: number, name: string, words: readonly string[]) {
    const outbox = join(run.folder, "outbox-gateway");
    super(run, name, [...words, "--outbox", outbox]);
    this.port = port;
    this.outbox = outbox;
  }

  /** Its machines' broker itself; it keeps its port, so that they find it again. */
  static async edge(run: TortureRun, cloud: string): Promise<Gateway> {
    const port = await freePort();
    return new Gateway(run, port, "the edge", ["edge", "--mqtt-port", String(port), "--cloud", cloud]);
  }

  /** Between the machines' broker, on a port, and the one above. */
  static bridge(run: TortureRun, localPort: number, cloud: string): Gateway {
    const local = `mqtt://127.0.0.1:${localPort}`;
    return new Gateway(run, localPort, "the bridge", ["bridge", "--local", local, "--cloud", cloud]);
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** Resolves when this process has had so many messages from its machines, or has met a kill that it carried. */
  async flowing(messages: number): Promise<void> {
    await this.run.until(`${messages} messages are forwarded`, async () => {
      try {
        return (await this.metric("conche_forward_messages_total")) >= messages;
      } catch {
        return !this.running; // killed a moment ago, it is asked again until that is known
      }
    });
  }

  /** Everything that it has is confirmed by the data center; then it ends, and its books are held against its rows. */
  async settle(): Promise<void> {
    await this.run.until("the gateway's outbox is empty", async () => {
      const [kept, coming] = [
        await this.metric("conche_outbox_messages"),
        await this.metric("conche_forward_waiting"),
      ];
      return kept + coming === 0;
    });
    await this.endInOrder();
    await verifyOutbox(this.run, this.outbox);
  }
}

/** `conche verify` of an outbox that no process has: what it took was confirmed or is there. */
export async function verifyOutbox(run: TortureRun, outbox: string): Promise<void> {
  const verify = await runConche(["verify", "--outbox", outbox, "--json"]);
  run.require(verify.code === 0, `conche verify --outbox: ${verify.out} ${verify.err}`);
}
