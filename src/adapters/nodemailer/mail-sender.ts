import { createTransport } from "nodemailer";
import { systemCodeOf } from "../../errors/conche-error.ts";
import type { Attempt } from "../../notify/delivery.ts";
import type { Sender } from "../../notify/message.ts";

/** The mail server, and what it needs to know. */
export interface MailServer {
  /** `smtp://host:25` or `smtps://host:465` */
  readonly server: string;
  readonly from: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly requireTls: boolean;
}

const TIMEOUT_MS = 10_000;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { "smtp:": 25, "smtps:": 465 };

/** Writes messages as e-mail to some addresses. A connection each: they are few. */
export function mailSender(mail: MailServer, to: readonly string[]): Sender {
  const url = new URL(mail.server);
  const { username, password } = mail;
  const transport = createTransport({
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || DEFAULT_PORTS[url.protocol] || 25,
    secure: url.protocol === "smtps:",
    requireTLS: mail.requireTls,
    ...(username === undefined || password === undefined ? {} : { auth: { user: username, pass: password } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    dnsTimeout: TIMEOUT_MS,
    // What stands in a message is text, never the name of a file or an address to load.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ id, madeMs, subject, text }) {
      try {
        await transport.sendMail({
          from: mail.from,
          to: [...to],
          subject,
          text,
          date: new Date(madeMs),
          messageId: `<${id}@conche.invalid>`,
          headers: { "Auto-Submitted": "auto-generated" },
        });
        return { ok: true };
      } catch (error) {
        return failure(error);
      }
    },
  };
}

/** A 5xx is the server's last word on this message (RFC 5321, 4.2.1); a login may be mended while it waits. */
function failure(error: unknown): Attempt {
  const { responseCode, code } = error as { responseCode?: unknown; code?: unknown };
  const status = typeof responseCode === "number" ? responseCode : undefined;
  const final = status !== undefined && status >= 500 && code !== "EAUTH";
  const what =
    status === undefined ? (systemCodeOf(error) ?? "the connection failed") : `it answered ${status}`;
  return { ok: false, error: `the mail server: ${what}`, final };
}
