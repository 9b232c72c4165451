import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { COMPILE_CACHE } from "../../commands/run-conche.ts";
import { FAST } from "../edge-settings.ts";
import type { PublisherNotice, PublisherOptions } from "./publisher-options.ts";
import type { TortureRun } from "./torture-run.ts";

const CHILD = join(import.meta.dirname, "publisher-child.ts");
const PLENTY = 1_000_000;

/** What a publisher of a run is told; the rest is chosen for it. */
export interface PublisherSetting extends Partial<Pick<PublisherOptions, "broken" | "messages">> {
  readonly url: string;
  readonly batch?: number;
  readonly pauseMs?: number;
  readonly machines?: readonly string[];
  readonly edge?: PublisherOptions["edge"];
  /** A command that ends by becoming the publisher. */
  readonly wrapper?: readonly string[];
}

/** Machines of the packaged plant. */
export const MACHINES = [
  "tunis-01/line-a/s5_tempering/temper-01",
  "tunis-01/line-a/s4_conching/conche-01",
  "tunis-01/line-a/s6_molding/molder-01",
  "tunis-01/line-a/s7_cooling/cooler-01",
] as const;

/** A publisher with a ledger: one outbox, and one process after the other on it. */
export class Publisher {
  readonly outbox: string;
  readonly #run: TortureRun;
  readonly #name: string;
  readonly notices: PublisherNotice[] = [];
  readonly errors: string[] = [];
  #setting: PublisherSetting;
  #watchers: { accepts: (notice: PublisherNotice) => boolean; resolve: () => void }[] = [];
  #starts = 0;
  #child: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(run: TortureRun, setting: PublisherSetting, name = "p") {
    this.#run = run;
    this.#name = name;
    this.#setting = setting;
    this.outbox = join(run.folder, `outbox-${name}`);
    run.afterwards(() => this.#signal("SIGKILL"));
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Whether its process has not ended. */
  get running(): boolean {
    const child = this.#child;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** Starts a process; it hands messages over at once. */
  start(more: Partial<PublisherSetting> = {}): void {
    this.#run.abandoned.throwIfAborted();
    this.#setting = { ...this.#setting, ...more };
    const { url, edge, wrapper = [], broken = 0.08, messages = PLENTY } = this.#setting;
    const { batch = 12, pauseMs = 8, machines = MACHINES } = this.#setting;
    const options: PublisherOptions = {
      url,
      outbox: this.outbox,
      ledger: this.#run.ledger,
      part: `${this.#name}-${++this.#starts}`,
      seed: this.#run.integer(1, 1_000_000),
      machines,
      messages,
      batch,
      pauseMs,
      broken,
      edge: { ...FAST, ...edge },
    };
    const [program = "", ...words] = [...wrapper, process.execPath, CHILD, JSON.stringify(options)];
    const child = spawn(program, words, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
    });
    this.notices.length = 0;
    this.#child = child;
    this.#ended = once(child, "exit");
    child.stdin.on("error", () => {}); // killed: that is the test
    createInterface({ input: child.stderr }).on("line", (line) => this.errors.push(line));
    createInterface({ input: child.stdout }).on("line", (line) => this.#heard(JSON.parse(line)));
  }

  /** Resolves with the first notice of this process, said already or later, that is accepted. */
  async notice(what: string, accepts: (notice: PublisherNotice) => boolean): Promise<void> {
    if (this.notices.some(accepts)) return;
    const said = new Promise<void>((resolve) => this.#watchers.push({ accepts, resolve }));
    const gone = this.#ended.then(() => {
      throw new Error(`a publisher ended before it ${what}: ${this.errors.slice(-3).join("; ")}`);
    });
    gone.catch(() => {}); // It ends one day.
    await this.#run.within(`a publisher ${what}`, Promise.race([said, gone]));
  }

  /** Resolves when this process has had so many messages taken. */
  flowing(messages = 1): Promise<void> {
    return this.notice("flows", (notice) => notice.kind === "taken" && notice.taken >= messages);
  }

  /** How often something happened to this process's edge. */
  events(kind: string): Extract<PublisherNotice, { kind: "event" }>[] {
    return this.notices.filter((notice) => notice.kind === "event" && notice.event === kind) as Extract<
      PublisherNotice,
      { kind: "event" }
    >[];
  }

  /** Kills its process. */
  async kill(): Promise<void> {
    if (this.running) this.#run.kills++;
    await this.#signal("SIGKILL");
  }

  /** Resolves when its process has ended, however. */
  async ended(): Promise<void> {
    await this.#run.within("a publisher ends", this.#ended);
  }

  /** Has it go on when it has said all: so many messages more. */
  more(messages: number): void {
    this.#child?.stdin?.write(`more ${messages}\n`);
  }

  /** Has it finish: no more messages, everything with a receipt, a process that ends with 0. */
  async finish(): Promise<void> {
    const child = this.#child;
    child?.stdin?.write("finish\n");
    await this.notice("has a receipt for everything", ({ kind }) => kind === "drained");
    await this.ended();
    if (child?.exitCode !== 0) throw new Error(`a publisher ended with ${child?.exitCode}: ${this.errors}`);
  }

  /** Brings what earlier processes have left in the outbox: a process that only does that. */
  async bringTheRest(): Promise<void> {
    if (!this.running) this.start({ messages: 0, wrapper: [] });
    await this.finish();
  }

  /** Everything that it has taken is confirmed, whether a process of it runs or not. */
  async settle(): Promise<void> {
    if (this.running) await this.finish();
    else await this.bringTheRest();
  }

  async #signal(signal: NodeJS.Signals): Promise<void> {
    if (this.running) this.#child?.kill(signal);
    await this.#ended;
  }

  #heard(notice: PublisherNotice): void {
    this.notices.push(notice);
    for (const { resolve } of this.#watchers.filter(({ accepts }) => accepts(notice))) resolve();
    this.#watchers = this.#watchers.filter(({ accepts }) => !accepts(notice));
  }
}
