import type { AuditEvent } from "../../access/audit.ts";
import type { BrokerEvent } from "../../broker/broker-event.ts";

/** What of the embedded broker's events an auditor wants to see; undefined for the rest. */
export function auditOf(event: BrokerEvent): AuditEvent | undefined {
  switch (event.kind) {
    case "connection-refused": {
      if (event.reason === "shutting-down") return undefined;
      const kind = event.reason === "session-of-other-user" ? "takeover-refused" : "connection-refused";
      return { ...originOf(event), kind, object: event.reason, detail: event.detail };
    }
    case "publish-refused":
      return { ...originOf(event), kind: event.kind, object: event.topic, detail: event.detail };
    case "subscribe-refused":
      return { ...originOf(event), kind: event.kind, object: event.filter, detail: event.detail };
    case "delivery-dropped":
      if (event.reason !== "not-authorized") return undefined;
      return {
        ...originOf(event),
        kind: "delivery-refused",
        object: event.topic,
        detail: "a subscription from before the rules changed, or one that asks for more than it may have",
      };
    case "will-discarded":
      if (event.reason !== "not-authorized") return undefined;
      return {
        ...originOf(event),
        kind: "will-refused",
        object: event.topic,
        detail: "it may not publish there any more",
      };
    case "taken-over":
      return {
        ...originOf(event),
        kind: "takeover",
        object: event.from,
        detail: "a new connection of the same identity has ended the one before",
      };
    default:
      return undefined;
  }
}

function originOf(event: {
  readonly clientId: string | undefined;
  readonly user?: string | undefined;
  readonly remote?: string | undefined;
}): Pick<AuditEvent, "subject" | "clientId" | "remote"> {
  return {
    subject: event.user ?? null,
    clientId: event.clientId ?? null,
    remote: event.remote ?? null,
  };
}
