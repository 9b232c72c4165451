import { setTimeout as pause } from "node:timers/promises";
import { NotifyStore } from "../../adapters/sqlite/notify/notify-store.ts";
import type { Notice } from "../../adapters/terminal/notices.ts";
import { loadNotifyPlan } from "../../adapters/yaml/load-notify-plan.ts";
import type { Config } from "../../config/config-schema.ts";
import { ConcheError, messageOf as reasonOf } from "../../errors/conche-error.ts";
import type { Delivery } from "../../notify/delivery.ts";
import { type MessageSurroundings, messageOf, type Sender } from "../../notify/message.ts";
import { due, fitted, looked, NOTHING_TOLD, type NotifierState, settled } from "../../notify/notifier.ts";
import type { NotifyPlan } from "../../notify/notify-plan.ts";
import type { Plant } from "../../plant/plant.ts";
import type { ViewsRun } from "../views/views-run.ts";
import { type ConditionSources, ConditionWatch } from "./condition-watch.ts";
import { openSenders } from "./open-senders.ts";

/** Where the plan and its state are kept, and what conditions are read from. */
export interface NotifierRunDependencies extends ConditionSources {
  /** The data folder. */
  readonly folder: string;
  /** The notification file. */
  readonly file: string;
  readonly plant: Plant;
  readonly onNotice: (notice: Notice) => void;
}

/** Between two looks, milliseconds. */
const LOOK_MS = 1_000;
/** After another process was found to notify, or the disk failed, milliseconds. */
const AGAIN_MS = 10_000;

/** The zone of the plant's clock: its first site's. */
export function plantTimezone({ document }: Plant): string {
  return document.sites.find(({ timezone }) => timezone !== undefined)?.timezone ?? "UTC";
}

/** Tells people what stands, as a notification file says, until it is stopped. Whatever fails here ends nothing else. */
export class NotifierRun {
  readonly #dependencies: NotifierRunDependencies;
  readonly #plan: NotifyPlan;
  readonly #senders: ReadonlyMap<string, Sender>;
  readonly #surroundings: MessageSurroundings;
  readonly #stop = new AbortController();
  readonly #sending = new Map<number, Promise<void>>();
  readonly #running: Promise<void>;
  #state: NotifierState = NOTHING_TOLD;
  #store: NotifyStore | undefined;
  #trouble = "";

  private constructor(
    dependencies: NotifierRunDependencies,
    plan: NotifyPlan,
    senders: ReadonlyMap<string, Sender>,
  ) {
    this.#dependencies = dependencies;
    this.#plan = plan;
    this.#senders = senders;
    this.#surroundings = { dashboard: plan.dashboard, timezone: plantTimezone(dependencies.plant) };
    this.#running = this.#run();
  }

  /** @throws ConcheError CONCHE_NOTIFY_…, CONCHE_SECRET_FILE: a file that says what can't be done is said at the start */
  static async start(dependencies: NotifierRunDependencies): Promise<NotifierRun> {
    const plan = await loadNotifyPlan(dependencies.file, plantTimezone(dependencies.plant));
    return new NotifierRun(dependencies, plan, await openSenders(plan, dependencies.file));
  }

  /** What was told, and what is on its way. */
  state(): NotifierState {
    return this.#state;
  }

  /** What is being sent is waited for, at most as long as an attempt may take; the rest goes with the next start. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await Promise.all(this.#sending.values());
    this.#store?.close();
  }

  async #run(): Promise<void> {
    const watch = new ConditionWatch(this.#dependencies);
    while (!this.#stop.signal.aborted) {
      try {
        await this.#step(watch);
        this.#over();
        await this.#paused(LOOK_MS);
      } catch (error) {
        this.#tell(error);
        await this.#paused(AGAIN_MS);
      }
    }
  }

  async #step(watch: ConditionWatch): Promise<void> {
    const store = await this.#opened();
    const look = await watch.look(Date.now);
    if (this.#stop.signal.aborted) return;
    this.#state = looked(this.#plan, this.#state, look);
    // What is on its way is on disk before it goes.
    store.save(this.#state);
    for (const delivery of due(this.#plan, this.#state, Date.now())) {
      if (!this.#sending.has(delivery.id)) this.#sending.set(delivery.id, this.#send(store, delivery));
    }
  }

  async #opened(): Promise<NotifyStore> {
    if (this.#store !== undefined) return this.#store;
    this.#store = await NotifyStore.open(this.#dependencies.folder, ({ message }) =>
      this.#dependencies.onNotice({
        level: "warning",
        code: "notify-remade",
        text: `notifications: ${message}: what stands is told again`,
      }),
    );
    this.#state = fitted(this.#plan, this.#store.load());
    return this.#store;
  }

  async #send(store: NotifyStore, delivery: Delivery): Promise<void> {
    const { id, channel } = delivery;
    const sender = this.#senders.get(channel);
    const attempt = (await sender?.send(messageOf(delivery, this.#surroundings))) ?? {
      ...{ ok: false, error: "there is no such channel", final: true },
    };
    this.#state = settled(this.#state, id, attempt, Date.now());
    this.#sending.delete(id);
    const after = this.#state.deliveries.get(id);
    if (after?.error && (after.attempts === 1 || after.state === "failed")) {
      const what = after.state === "failed" ? "given up" : "trying again";
      this.#dependencies.onNotice({
        level: "warning",
        code: after.state === "failed" ? "notification-failed" : "notification-delayed",
        text: `notification to ${channel}: ${after.error} (${what})`,
      });
    }
    try {
      store.save(this.#state);
    } catch (error) {
      this.#tell(error); // the next look keeps it
    }
  }

  /** Each trouble once, until it is over. */
  #tell(error: unknown): void {
    const known = error instanceof ConcheError ? error : undefined;
    const code = known?.code ?? "CONCHE_INTERNAL";
    if (code === this.#trouble) return;
    this.#trouble = code;
    const level = code === "CONCHE_NOTIFY_IN_USE" ? "info" : "warning";
    this.#dependencies.onNotice({ level, code, text: `notifications: ${code}: ${reasonOf(error)}` });
  }

  #over(): void {
    if (this.#trouble === "") return;
    this.#trouble = "";
    this.#dependencies.onNotice({ level: "info", code: "notify-resumed", text: "notifications: they go on" });
  }

  async #paused(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#stop.signal, ref: false }).catch(() => {});
  }
}

/**
 * Starts notifying where the configuration names a file.
 * @throws ConcheError as `NotifierRun.start`; CONCHE_CONFIG_INVALID where there are no views to ask
 */
export async function startNotifier(
  dependencies: Pick<NotifierRunDependencies, "plant" | "health"> & {
    readonly config: Config;
    readonly views: ViewsRun | undefined;
  },
  onNotice: NotifierRunDependencies["onNotice"],
): Promise<NotifierRun | undefined> {
  const { config, views, plant, health } = dependencies;
  if (config.notify === null) return undefined;
  if (views === undefined) {
    throw new ConcheError("CONCHE_CONFIG_INVALID", {
      message: "notify needs the views, which are off",
      hint: "leave --views on, or give --notify to the `conche serve` that keeps them",
    });
  }
  const { ask } = views.api;
  const sources = { ask, health, views: () => views.status() };
  return NotifierRun.start({ ...sources, folder: config.data, file: config.notify, plant, onNotice });
}
