import { join } from "node:path";
import { freePort } from "../../servers/mosquitto.ts";
import { ConcheProcess } from "./conche-process.ts";
import type { TortureRun } from "./torture-run.ts";

/** `conche edge` or `conche bridge`: one outbox, and one process after the other on it. */
export class Gateway extends ConcheProcess {
  /** Where its machines connect: to itself, or to the broker that it bridges. */
  readonly port: number;

  private constructor(run: TortureRun, port: number, name: string, words: readonly string[]) {
    super(run, name, [...words, "--outbox", join(run.folder, "outbox-gateway")]);
    this.port = port;
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
      } catch (error) {
        if (this.running) throw error;
        return true;
      }
    });
  }

  /** Resolves when the data center has confirmed everything that it has. */
  async drained(): Promise<void> {
    await this.run.until("the gateway's outbox is empty", async () => {
      return (
        (await this.metric("conche_outbox_messages")) + (await this.metric("conche_forward_waiting")) === 0
      );
    });
  }
}
