import type { TestContext } from "node:test";
import { EmbeddedBroker, type EmbeddedBrokerOptions } from "../../../src/adapters/broker/embedded-broker.ts";
import { PasswordFile } from "../../../src/adapters/credentials/password-file.ts";
import type { ReportedEvent } from "../../../src/broker/broker-event.ts";
import type { BrokerLimits } from "../../../src/broker/broker-limits.ts";
import { FakeSink } from "./fake-sink.ts";

/** A broker for one test, stopped at its end. */
export interface BrokerUnderTest {
  readonly broker: EmbeddedBroker;
  readonly sink: FakeSink;
  readonly port: number;
  readonly events: readonly ReportedEvent[];
  /** The first event of the kind, reported already or later. */
  reported<Kind extends ReportedEvent["kind"]>(kind: Kind): Promise<Extract<ReportedEvent, { kind: Kind }>>;
}

/** Quick ends, so that tests need not wait. */
const QUICK: Partial<BrokerLimits> = { lingerMs: 200, sweepMs: 20 };

export async function startBroker(
  test: TestContext,
  options: Partial<EmbeddedBrokerOptions> & { readonly sink?: FakeSink; readonly passwordFile?: string } = {},
): Promise<BrokerUnderTest> {
  const { sink = new FakeSink(), limits, passwordFile, ...rest } = options;
  const events: ReportedEvent[] = [];
  const listeners: (() => void)[] = [];
  const broker = new EmbeddedBroker({
    port: 0,
    ...(passwordFile === undefined
      ? {}
      : { logins: (onInvalid) => PasswordFile.load(passwordFile, onInvalid) }),
    ...rest,
    limits: { ...QUICK, ...limits },
    onEvent: (event) => {
      events.push(event);
      for (const listener of listeners.splice(0)) listener();
    },
  });
  await broker.start(sink);
  test.after(() => broker.stop());
  return {
    broker,
    sink,
    port: broker.port,
    events,
    async reported(kind) {
      for (;;) {
        const event = events.find((each) => each.kind === kind);
        if (event !== undefined) return event as Extract<ReportedEvent, { kind: typeof kind }>;
        await new Promise<void>((resolve) => {
          listeners.push(resolve);
        });
      }
    },
  };
}

export const TOPIC = "factory/tunis-01/line-a/s4_conching/conche-01/telemetry";
export const STATE = "factory/tunis-01/line-a/s4_conching/conche-01/state";
