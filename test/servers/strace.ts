import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** Makes the system calls of a running process fail. */
export interface InjectedErrors {
  /** Lets go of the process; without effect when that has ended. */
  stop(): Promise<void>;
}

/** Why tests that attach strace to a process are skipped here, or false. In CI they are not. */
export function noStraceAttach(): string | false {
  const target = spawn("sleep", ["60"]);
  const attached = spawnSync("strace", ["-qq", "-p", String(target.pid), "-e", "trace=none"], {
    timeout: 300,
    killSignal: "SIGINT",
  });
  target.kill();
  // Attached, it waits until it is interrupted; otherwise it ends at once with an error.
  if (attached.error !== undefined && "code" in attached.error && attached.error.code === "ETIMEDOUT")
    return false;
  if (process.env.CI !== undefined) throw new Error("strace(1) and the right to attach it are needed");
  return "needs strace(1) with the right to attach to a process: run it as root";
}

/**
 * Makes these system calls of a running process fail from the `first` one on (1: the next one).
 * @param log where strace writes what it sees of them
 */
export async function injectErrors(
  pid: number | undefined,
  calls: string,
  errno: string,
  first: number,
  log: string,
): Promise<InjectedErrors> {
  const inject = `inject=${calls}:error=${errno}:when=${first}+`;
  const args = ["-f", "-p", String(pid), "-o", log, "-e", `trace=${calls}`, "-e", inject];
  const child = spawn("strace", args, { stdio: ["ignore", "ignore", "pipe"] });
  const exit = once(child, "exit");
  const lines = createInterface({ input: child.stderr });
  await new Promise<void>((resolve, reject) => {
    const said: string[] = [];
    lines.on("line", (line) => {
      said.push(line);
      if (/attached/.test(line)) resolve();
    });
    lines.on("close", () => reject(new Error(`strace did not attach: ${said.join("; ")}`)));
  });
  return {
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGINT");
      await exit;
    },
  };
}
