/** Signals that ask the process to end. SIGHUP: the terminal was closed. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** 128 and the number of SIGINT: what shells report for a process that a Ctrl-C ended. */
export const INTERRUPTED = 130;

let controller: AbortController | undefined;

/**
 * Takes the signals over. The first one aborts; a second one ends the process, in case the draining hangs.
 * @param serves it runs for others: a SIGHUP that is no closed terminal (of a log rotation, say) is ignored
 */
export function stopSignal(serves = false): AbortSignal {
  if (controller === undefined) {
    controller = new AbortController();
    for (const name of SIGNALS) {
      process.on(name, () => {
        if (name === "SIGHUP" && serves && process.stdin.isTTY !== true) return;
        if (controller?.signal.aborted) process.exit(INTERRUPTED);
        controller?.abort();
      });
    }
  }
  return controller.signal;
}

/** Asks the running command to end, as a signal would. False when no command listens to signals. */
export function requestStop(): boolean {
  controller?.abort();
  return controller !== undefined;
}
