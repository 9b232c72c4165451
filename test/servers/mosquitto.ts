import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A Mosquitto of its own for one test: its own port and folder, gone at the end. */
export interface Mosquitto {
  readonly port: number;
  readonly folder: string;
  /** What it has logged so far. */
  readonly log: readonly string[];
  /** Resolves with the first line, logged already or later, that matches. */
  logged(pattern: RegExp): Promise<string>;
  /** SIGTERM and wait: it saves its sessions where persistence is on. */
  stop(): Promise<void>;
  /** SIGKILL and wait. */
  kill(): Promise<void>;
  /** Makes it read its files again. */
  reload(): void;
  /** Starts it again on the same port, with the same files. */
  start(): Promise<void>;
  /** Freezes it (SIGSTOP): sockets stay open, nobody answers. */
  freeze(): void;
  thaw(): void;
  dispose(): Promise<void>;
}

/** Why tests that need Mosquitto are skipped here, or false. In CI they are not: there it must be installed. */
export const NO_MOSQUITTO: string | false =
  process.env.CI === undefined &&
  !hasMosquitto() &&
  "needs Mosquitto: apt-get install mosquitto mosquitto-clients";

function program(): string {
  return spawnSync("mosquitto", ["-h"]).error === undefined ? "mosquitto" : "/usr/sbin/mosquitto";
}

function hasMosquitto(): boolean {
  return spawnSync(program(), ["-h"]).error === undefined;
}

/** A port that was free a moment ago (Mosquitto can't be asked which one it got for 0). */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** What a test asks of its Mosquitto. */
export interface MosquittoOptions {
  /** Lines of mosquitto.conf in front of the listener; `FOLDER` stands for the temporary folder. */
  readonly global?: readonly string[];
  /** Lines of mosquitto.conf for the listener. */
  readonly listener?: readonly string[];
  /** A port that is known to be free; one is looked for unless told otherwise. */
  readonly port?: number;
  /** Whether it logs every packet (`-v`); true unless told otherwise. */
  readonly verbose?: boolean;
  /** Files to put into the folder first. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
}

/** Starts Mosquitto and waits until it listens. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const folder = await mkdtemp(join(tmpdir(), "conche-mosquitto-"));
  const server = new MosquittoProcess(folder, options.port ?? (await freePort()), options.verbose ?? true);
  for (const [name, content] of Object.entries(options.files ?? {}))
    await writeFile(join(folder, name), content);
  const lines = [
    // Started by root it becomes the user "mosquitto", who can't read the test's folder.
    `user ${userInfo().username}`,
    ...(options.global ?? ["allow_anonymous true"]),
    `listener ${server.port} 127.0.0.1`,
    ...(options.listener ?? []),
  ];
  await writeFile(join(folder, "mosquitto.conf"), `${lines.join("\n").replaceAll("FOLDER", folder)}\n`);
  try {
    await server.start();
  } catch (error) {
    await server.dispose();
    throw error;
  }
  return server;
}

class MosquittoProcess implements Mosquitto {
  readonly folder: string;
  readonly port: number;
  readonly log: string[] = [];
  readonly #verbose: boolean;
  #watchers: { readonly pattern: RegExp; readonly resolve: (line: string) => void }[] = [];
  #process: ChildProcess | undefined;

  constructor(folder: string, port: number, verbose: boolean) {
    this.folder = folder;
    this.port = port;
    this.#verbose = verbose;
  }

  async start(): Promise<void> {
    const from = this.log.length;
    const config = join(this.folder, "mosquitto.conf");
    const child = spawn(program(), ["-c", config, ...(this.#verbose ? ["-v"] : [])], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#process = child;
    createInterface({ input: child.stderr }).on("line", (line) => this.#logLine(line));
    const running = this.#after(from, /mosquitto version .* running/);
    const exit = once(child, "exit").then(() => {
      throw new Error(`mosquitto did not start:\n${this.log.slice(from).join("\n")}`);
    });
    await Promise.race([running, exit]);
    exit.catch(() => {}); // It will exit one day.
  }

  logged(pattern: RegExp): Promise<string> {
    return this.#after(0, pattern);
  }

  async stop(): Promise<void> {
    await this.#signal("SIGTERM");
  }

  async kill(): Promise<void> {
    await this.#signal("SIGKILL");
  }

  reload(): void {
    this.#process?.kill("SIGHUP");
  }

  freeze(): void {
    this.#process?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process?.kill("SIGCONT");
  }

  async dispose(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #signal(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill(signal);
    // Mosquitto forgets a SIGTERM that comes after it says "running" and before its loop runs.
    const again = setInterval(() => child.kill(signal), 200);
    await exit;
    clearInterval(again);
  }

  #after(from: number, pattern: RegExp): Promise<string> {
    const line = this.log.slice(from).find((candidate) => pattern.test(candidate));
    if (line !== undefined) return Promise.resolve(line);
    return new Promise((resolve) => this.#watchers.push({ pattern, resolve }));
  }

  #logLine(line: string): void {
    this.log.push(line);
    for (const watcher of this.#watchers.filter(({ pattern }) => pattern.test(line))) watcher.resolve(line);
    this.#watchers = this.#watchers.filter(({ pattern }) => !pattern.test(line));
  }
}
