import type { ConsumerEvent } from "../../adapters/mqtt-packet/consumer-event.ts";
import type { Notice } from "../../adapters/terminal/notices.ts";
import type { ReportedEvent } from "../../broker/broker-event.ts";
import type { SessionLoss } from "../../log/delivery-session.ts";
import type { CertificateNotice } from "../tls/server-certificates.ts";

/** What the embedded broker reports, in a line; undefined for what is everyday. */
export function brokerNotice(event: ReportedEvent): Notice | undefined {
  const more = event.suppressed > 0 ? ` (and ${event.suppressed} more of the kind)` : "";
  const warning = (text: string): Notice => ({ level: "warning", code: event.kind, text: `${text}${more}` });
  switch (event.kind) {
    case "connected":
    case "taken-over":
    case "session-ended":
      return undefined;
    case "disconnected":
      if (event.reason === "client" || event.reason === "lost") return undefined;
      return warning(`client ${event.clientId} was disconnected: ${event.reason}`);
    case "connection-refused":
      return warning(`a connection from ${event.remote} was refused: ${event.detail}`);
    case "publish-refused":
      return warning(`a message of ${event.clientId} on ${event.topic} was refused: ${event.detail}`);
    case "subscribe-refused":
      return warning(`${event.clientId} may not subscribe to ${event.filter}: ${event.detail}`);
    case "delivery-dropped":
      return warning(
        `a message on ${event.topic} was not delivered to ${event.clientId} (${event.reason}); it is in the log`,
      );
    case "retained-dropped":
      return warning(`${event.topic} is in the log but not retained: too many retained messages`);
    case "will-discarded":
      return event.reason === "shutdown"
        ? undefined
        : warning(`the will of ${event.clientId} on ${event.topic} was not stored`);
    case "passwords-invalid":
      return warning(`the password file can't be used, the last good one stays in force: ${event.detail}`);
    case "defect":
      return warning(`the broker met a defect: ${event.detail}`);
  }
}

/** What happens to the certificates of the embedded broker, in a line. */
export function certificateNotice({ kind, detail }: CertificateNotice): Notice {
  if (kind === "certificates-renewed" || kind === "certificates-revoked")
    return { level: "info", code: kind, text: detail };
  const text =
    kind === "certificates-invalid"
      ? `certificates that can't be used, the last good ones stay in force: ${detail}`
      : detail;
  return { level: "warning", code: kind, text };
}

/** That a broker had lost the session, since when, and which command will keep saying so. */
export function sessionLossNotice(
  { broker, clientId, fromMs, untilMs }: SessionLoss,
  toldBy: string,
): Notice {
  const [from, until] = [fromMs, untilMs].map((ms) => new Date(ms).toISOString());
  return {
    level: "warning",
    code: "session-lost",
    text: `${broker} has lost the session ${clientId}: messages without identity may be missing from ${from} to ${until} (\`${toldBy}\` keeps saying so)`,
  };
}

/** What happens to the connection to another broker, in a line; undefined for what is everyday. */
export function consumerNotice(event: ConsumerEvent): Notice | undefined {
  switch (event.kind) {
    case "subscribed":
      return { level: "info", code: event.kind, text: `subscribed to ${event.filters.join(", ")}` };
    case "not-subscribed":
    case "refused":
    case "lost": {
      const { code, message, hint } = event.error;
      const next =
        event.retryInMs === undefined ? "" : `; trying again in ${(event.retryInMs / 1000).toFixed(1)} s`;
      return { level: "warning", code, text: `${code}: ${message}${next} (${hint})` };
    }
    case "oversize":
      return {
        level: "warning",
        code: event.kind,
        text: `a message of ${event.bytes} bytes on ${event.topic} is over the limit; its beginning is in quarantine`,
      };
    case "session-shortened":
      return { level: "warning", code: event.kind, text: event.detail };
    case "connecting":
    case "connected":
    case "session-lost": // said by who watches the session: it knows since when, and knows of earlier runs
    case "paused":
    case "stopped":
      return undefined;
  }
}
