import type { ForwardConsole } from "../../adapters/terminal/forward-console.ts";
import type { Config } from "../../config/config-schema.ts";
import type { EdgeEvent } from "../../edge/edge-event.ts";
import type { ForwarderEvent } from "../../edge/forwarding/forwarder.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { shownAddress } from "../../mqtt/broker-address.ts";
import { countOf } from "../../sequence/seq-range.ts";

/** Notices of one kind within this time become one, milliseconds: a thousand lost messages are one piece of news. */
const ONCE_IN_MS = 10_000;

/** What happens on the way up, for the console; what nobody can go on from is fatal. */
export function edgeNotice(
  event: EdgeEvent,
  url: string,
  view: ForwardConsole,
  onFatal: (error: ConcheError) => void,
): void {
  const warn = (text: string) =>
    view.notice({ level: "warning", code: "error" in event ? event.error.code : event.kind, text });
  switch (event.kind) {
    case "connected":
      view.link("cloud", true, `connected to ${shownAddress(url)}`);
      break;
    case "disconnected": {
      const { code, message, hint } = event.error;
      view.link("cloud", false, `${code}: ${message} (${hint})`);
      if (code === "CONCHE_CLIENT_ID_TAKEN") onFatal(event.error);
      break;
    }
    case "unsubscribed":
    case "outbox-full":
      warn(`${event.error.code}: ${event.error.message} (${event.error.hint})`);
      break;
    case "outbox-failed":
      onFatal(event.error);
      break;
    case "telemetry-dropped":
      throttled("telemetry-dropped", () =>
        warn("the ring is full: the oldest telemetry makes room for newer"),
      );
      break;
    case "lost":
      throttled("lost", () =>
        warn(
          `the data center misses ${countOf(event.ranges)} numbers of ${event.publisher.machine} that are not here`,
        ),
      );
      break;
    case "uncovered":
      warn(
        `the data center has lost ${countOf(event.ranges)} messages of ${event.publisher.machine} that it had`,
      );
      break;
    case "quarantined":
      throttled("quarantined", () =>
        warn(
          `the data center has put ${event.seqs.length} messages of ${event.publisher.machine} into quarantine`,
        ),
      );
      break;
    case "refused":
      throttled("refused", () => warn(`${event.error.code}: ${event.error.message} (${event.error.hint})`));
      break;
    case "numbered-elsewhere":
      throttled("numbered-elsewhere", () =>
        warn(
          `another gateway or bridge takes the messages of ${event.machine} too (boot ${event.boot}): each one is then in the log twice; stop one of the two`,
        ),
      );
      break;
    case "receipts-unverified":
      warn(
        `receipts are not verified: whoever may publish on datacenter/# of ${shownAddress(url)} can have messages forgotten that nobody has stored; give --trusted-keys, and let nobody else publish there (docs/certificates.md)`,
      );
      break;
    case "distrusted":
      throttled("distrusted", () => warn(`a message for ${event.machine} was not believed, ${event.detail}`));
      break;
    case "receipt-ignored":
      throttled("receipt-ignored", () => warn(`a receipt for ${event.machine} was ignored: ${event.detail}`));
      break;
  }
}

/** What happens to local messages, for the console. */
export function forwarderNotice(
  { local }: Config,
  view: ForwardConsole,
  onFatal: (error: ConcheError) => void,
): (event: ForwarderEvent) => void {
  return (event) => {
    const warn = (text: string, code: string = event.kind) =>
      throttled(event.kind, () => view.notice({ level: "warning", code, text }));
    switch (event.kind) {
      case "looped": {
        const loop = new ConcheError("CONCHE_BRIDGE_LOOP", {
          message: `what was sent up came back on ${event.topic}`,
        });
        // MQTT 3.1.1 doesn't carry the mark by which each message is known: all would go round for ever.
        if (local.url !== null && local.protocol !== "5") onFatal(loop);
        else warn(`${loop.code}: ${loop.message}; it is not sent again (${loop.hint})`, loop.code);
        break;
      }
      case "misplaced":
        warn(`${event.topic} is outside the namespace: its messages go to the data center's quarantine`);
        break;
      case "dropped":
        warn(`a message on ${event.topic} is too large to be kept, and gone: ${event.error.message}`);
        break;
      case "failed":
        onFatal(event.error);
        break;
    }
  };
}

const lastSaid = new Map<string, number>();

function throttled(kind: string, say: () => void): void {
  const now = performance.now();
  if (now - (lastSaid.get(kind) ?? Number.NEGATIVE_INFINITY) < ONCE_IN_MS) return;
  lastSaid.set(kind, now);
  say();
}
