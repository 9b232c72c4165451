import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { noStraceAttach } from "../../servers/strace.ts";
import type { TortureRun } from "./torture-run.ts";

/** Why kills at exact system calls are left out here, or false. */
export const NO_STRACE: string | false = noStraceAttach();

/** System calls that durability and acknowledgements are made of. */
export const CALLS = [
  "fsync,fdatasync",
  "pwrite64",
  "write,writev",
  "fsync,fdatasync,pwrite64,write",
] as const;

/** What strace does to a process when it makes a call for the `when`th time. */
export function injection(calls: string, what: string, when: number | string): string[] {
  return ["-e", `trace=${calls}`, "-e", `inject=${calls}:${what}:when=${when}`];
}

/**
 * A command that starts a process which is killed as it makes a call for the `when`th time. Without `--seccomp-bpf`:
 * with it, strace 6.1 only ever finds the first time.
 */
export function killedFromStart(calls: string, when: number): string[] {
  const quiet = ["-f", "-D", "-qq", "-o", "/dev/null"];
  return ["strace", ...quiet, ...injection(calls, "signal=SIGKILL", when)];
}

/** Something that strace does to a running process, until it is told to let go. */
export interface Attached {
  stop(): Promise<void>;
}

/** Attaches strace to a process; undefined when that is gone already. */
export async function attach(
  run: TortureRun,
  pid: number | undefined,
  calls: string,
  what: string,
  when: number | string,
): Promise<Attached | undefined> {
  const words = ["-f", "-p", String(pid), "-o", "/dev/null", ...injection(calls, what, when)];
  const child = spawn("strace", words, { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(child, "exit");
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGINT");
    await ended;
  };
  run.afterwards(stop);
  const attached = new Promise<boolean>((resolve) => {
    const lines = createInterface({ input: child.stderr });
    lines.on("line", (line) => /attached/.test(line) && resolve(true));
    lines.on("close", () => resolve(false));
  });
  return (await run.within("strace attaches", attached)) ? { stop } : undefined;
}
