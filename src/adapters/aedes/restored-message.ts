import type { BrokerRetained } from "../../log/message-log.ts";
import type { PassingMessage } from "./kept-message.ts";

/** The properties of a message as the log has them (ingest/decode.ts, propertiesJson). */
interface StoredProperties {
  readonly correlationDataBase64?: string;
  readonly [name: string]: unknown;
}

/** A retained message of the broker's last run, as it was published. */
export function restored({ topic, payload, qos, propertiesJson, expiresAt }: BrokerRetained): PassingMessage {
  return {
    topic,
    payload,
    qos: qos === 0 ? 0 : 1,
    retain: true,
    ...(propertiesJson === null ? {} : { properties: restoredProperties(propertiesJson) }),
    ...(expiresAt === null ? {} : { messageExpiry: expiresAt }),
  };
}

function restoredProperties(json: string): NonNullable<PassingMessage["properties"]> {
  const { correlationDataBase64, ...properties }: StoredProperties = JSON.parse(json);
  if (correlationDataBase64 === undefined) return properties;
  return { ...properties, correlationData: Buffer.from(correlationDataBase64, "base64") };
}
