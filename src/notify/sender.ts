import type { Attempt } from "./delivery.ts";
import type { NotifyMessage } from "./message.ts";

/** PORT. A way to somebody. */
export interface Sender {
  /** Never rejects: how it ended is its answer. Says nothing that is secret in an error. */
  send(message: NotifyMessage): Promise<Attempt>;
}
