import { type Mosquitto, startMosquitto } from "../../servers/mosquitto.ts";
import { type Tap, TcpProxy } from "../tcp-proxy.ts";
import { Center } from "./center.ts";
import type { ConcheProcess } from "./conche-process.ts";
import { attach, CALLS, killedFromStart, NO_STRACE } from "./kill-at-call.ts";
import { Publisher, type PublisherSetting } from "./publisher.ts";
import type { TortureRun } from "./torture-run.ts";

/** How long a process under load may take to come to the system call that it is to be killed at. */
const CALL_WITHIN_MS = 2_000;

/** A Mosquitto that is gone after the run; it queues without limit unless told otherwise. */
export async function mosquitto(
  run: TortureRun,
  global: readonly string[] = ["max_queued_messages 0"],
): Promise<Mosquitto> {
  run.abandoned.throwIfAborted();
  const broker = await startMosquitto({ verbose: false, global: ["allow_anonymous true", ...global] });
  run.afterwards(() => broker.dispose());
  return broker;
}

/** How the pair under load is set up. */
export interface LoadSetting {
  /** Whether the data center is started before the publisher; its row starts it otherwise. */
  readonly started?: boolean;
  /** More words for the data center. */
  readonly words?: readonly string[];
  readonly edge?: PublisherSetting["edge"];
}

/** A data center with its own broker or behind Mosquitto, as chance will have it, and a publisher that talks to it. */
export async function underLoad(
  run: TortureRun,
  { started = true, words = [], edge = {} }: LoadSetting = {},
): Promise<{ readonly center: Center; readonly publisher: Publisher }> {
  const broker = run.chance(0.5) ? await mosquitto(run) : undefined;
  const center = await Center.make(run, { brokerPort: broker?.port, words });
  if (started) await center.start();
  const publisher = new Publisher(run, { url: center.url, edge });
  publisher.start();
  await publisher.flowing();
  return { center, publisher };
}

/** A wire to a port, gone after the run. */
export async function wire(run: TortureRun, target: number, tapped?: () => Tap): Promise<TcpProxy> {
  const proxy = await TcpProxy.listen(target, tapped);
  run.afterwards(() => proxy.close());
  return proxy;
}

/** Kills a process at a random time, or as it makes a certain system call for the k-th time. */
async function crash(
  run: TortureRun,
  target: ConcheProcess | Publisher,
  gone: () => Promise<unknown>,
): Promise<void> {
  if (NO_STRACE || run.chance(0.5)) {
    await run.pause(250);
    await target.kill();
    return;
  }
  const attached = await attach(run, target.pid, run.pick(CALLS), "signal=SIGKILL", run.integer(1, 25));
  const died = await Promise.race([
    gone().then(() => true),
    new Promise<boolean>((resolve) => setTimeout(resolve, CALL_WITHIN_MS, false)),
  ]);
  if (died) run.kills++;
  else await target.kill();
  await attached?.stop();
}

/** kill -9 of a data center or a gateway. */
export async function crashConche(run: TortureRun, conche: ConcheProcess): Promise<void> {
  if (conche.running) await crash(run, conche, () => conche.ended());
  else run.kills++; // an earlier injection has found it
}

/** kill -9 of the publisher's process, its outbox with it. */
export async function crashPublisher(run: TortureRun, publisher: Publisher): Promise<void> {
  await crash(run, publisher, () => publisher.ended());
}

/** Starts the publisher to be killed while its outbox is made or opened, or a little later. */
export async function killStartingPublisher(run: TortureRun, publisher: Publisher): Promise<void> {
  if (NO_STRACE) return;
  publisher.start({ wrapper: killedFromStart(run.pick(CALLS), run.integer(1, 60)) });
  await Promise.race([publisher.ended(), publisher.flowing().catch(() => {})]);
  if (publisher.running) await publisher.kill();
  else run.kills++;
}

/** Starts a data center or a gateway; now and then it is killed while it starts, and started again. */
export async function startConcheUnderFire(run: TortureRun, conche: ConcheProcess): Promise<void> {
  if (!NO_STRACE && run.chance(0.2)) {
    try {
      await conche.start(killedFromStart(run.pick(CALLS), run.integer(1, 60)));
      return; // it is killed later, under load
    } catch {
      run.kills++;
    }
  }
  await conche.start();
}

/** Somebody who has things to bring before the books are closed. */
export interface Bringer {
  settle(): Promise<void>;
}

/** Everything is started again and left alone: what must arrive arrives, and the books are held against the log. */
export async function settle(
  center: Center,
  bringers: readonly Bringer[],
  allowance: Parameters<Center["account"]>[0] = {},
): Promise<void> {
  await center.kill(); // it may carry a kill that has not come yet
  await center.start();
  for (const bringer of bringers) await bringer.settle();
  await center.endInOrder();
  await center.account(allowance);
}
