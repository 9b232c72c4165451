import { createHmac } from "node:crypto";
import { systemCodeOf } from "../../errors/conche-error.ts";
import type { Attempt } from "../../notify/delivery.ts";
import type { NotifyMessage, Sender } from "../../notify/message.ts";

/** Where a webhook goes, and what proves that it comes from here. */
export interface WebhookAddress {
  readonly url: string;
  /** Signs every message. */
  readonly secret?: string | undefined;
  /** The header Authorization. */
  readonly authorization?: string | undefined;
}

const TIMEOUT_MS = 10_000;
/** Refusals that may be over the next time; every other 4xx says that the message or the address is wrong. */
const PASSING = new Set([401, 403, 404, 408, 409, 423, 425, 429]);

/** Posts messages as JSON. */
export function webhookSender(address: WebhookAddress, now: () => number = Date.now): Sender {
  const { url, secret, authorization } = address;
  return {
    async send(message) {
      const body = bodyOf(message);
      const seconds = Math.floor(now() / 1_000);
      try {
        const response = await fetch(url, {
          method: "POST",
          body,
          // Another address could be anybody's.
          redirect: "manual",
          signal: AbortSignal.timeout(TIMEOUT_MS),
          headers: {
            "content-type": "application/json",
            "user-agent": "conche",
            "idempotency-key": message.id,
            ...(authorization === undefined ? {} : { authorization }),
            ...(secret === undefined
              ? {}
              : { "conche-signature": `t=${seconds},v1=${signature(secret, seconds, body)}` }),
          },
        });
        await response.body?.cancel();
        return outcome(response.status);
      } catch (error) {
        return { ok: false, error: reasonOf(error), final: false };
      }
    },
  };
}

/** What is signed: the time and the body, so that nobody can send it again later. */
export function signature(secret: string, seconds: number, body: string): string {
  return createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
}

function bodyOf({ id, madeMs, subject, text, news, more }: NotifyMessage): string {
  return JSON.stringify({ id, at: new Date(madeMs).toISOString(), subject, text, news, more });
}

function outcome(status: number): Attempt {
  if (status >= 200 && status < 300) return { ok: true };
  const final = status >= 400 && status < 500 && !PASSING.has(status);
  return { ok: false, error: `the receiver answered ${status}`, final };
}

/** Without the address: that may be a secret itself. */
function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return `no answer within ${TIMEOUT_MS / 1_000} s`;
  }
  const cause = error instanceof Error ? error.cause : undefined;
  return `it can't be reached: ${systemCodeOf(cause) ?? systemCodeOf(error) ?? "the request failed"}`;
}
