import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";

/** A process that has a log open and does with it what it is told; to be killed, starved and lied to. */
export class LogProcess {
  readonly child: ChildProcess;
  readonly #lines: Interface;
  readonly #pending: ((line: string) => void)[] = [];
  #exited = false;

  /** @param wrapper a command that runs the process, such as strace with its options */
  constructor(folder: string, wrapper: readonly string[] = []) {
    const [command = "", ...args] = [
      ...wrapper,
      process.execPath,
      join(import.meta.dirname, "log-process-main.ts"),
      folder,
    ];
    this.child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.child.stdout as NodeJS.ReadableStream });
    this.#lines.on("line", (line) => this.#pending.shift()?.(line));
    this.child.once("exit", () => {
      this.#exited = true;
      for (const answer of this.#pending.splice(0)) answer("exited");
    });
  }

  /** The answer to a command, or the first line the process says by itself. */
  async ask(command?: string): Promise<string> {
    if (this.#exited) return "exited";
    const answer = new Promise<string>((resolve) => this.#pending.push(resolve));
    if (command !== undefined) this.child.stdin?.write(`${command}\n`);
    return answer;
  }

  async kill(): Promise<void> {
    if (this.#exited) return;
    const exit = once(this.child, "exit");
    this.child.kill("SIGKILL");
    // A process whose wrapper was killed goes on without it: it ends when its input does.
    this.child.stdin?.destroy();
    await exit;
  }
}
