import { startedByNpm } from "../config/environment.ts";

/** Signals that ask the process to end. SIGHUP: the terminal was closed. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** 128 and the number of SIGINT: what shells report for a process that a Ctrl-C ended. */
export const INTERRUPTED = 130;

/** How often a process that npm began looks whether its parent is still there, milliseconds. */
const PARENT_WATCH_MS = 500;

/**
 * A Ctrl-C reaches all of a terminal's processes, and one that waits for this one (bin/conche.mjs under an old Node) sends
 * it on: the same signal so soon is no second one. Milliseconds.
 */
const TWIN_MS = 1_000;

let controller: AbortController | undefined;

/**
 * Takes the signals over. The first one aborts; a second one ends the process, in case the draining hangs.
 * @param serves it runs for others: a SIGHUP that is no closed terminal (of a log rotation, say) is ignored
 */
export function stopSignal(serves = false): AbortSignal {
  if (controller === undefined) {
    controller = new AbortController();
    let first: { readonly name: string; readonly atMs: number } | undefined;
    for (const name of SIGNALS) {
      process.on(name, () => {
        if (name === "SIGHUP" && serves && process.stdin.isTTY !== true) return;
        if (first?.name === name && performance.now() - first.atMs < TWIN_MS) return;
        first ??= { name, atMs: performance.now() };
        if (controller?.signal.aborted) process.exit(INTERRUPTED);
        controller?.abort();
      });
    }
    if (startedByNpm()) endWithParent(controller);
  }
  return controller.signal;
}

/**
 * Who ends `npx` means what it runs. npm hands the signal to the shell in between, which dies of it and tells nobody:
 * the one sign is another parent.
 */
function endWithParent(controller: AbortController): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    controller.abort();
  }, PARENT_WATCH_MS);
  watch.unref();
}

/** Asks the running command to end, as a signal would. False when no command listens to signals. */
export function requestStop(): boolean {
  controller?.abort();
  return controller !== undefined;
}
