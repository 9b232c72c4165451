import type { BrokerRetained } from "../log/message-log.ts";
import type { DeliveredProperties } from "../mqtt/delivery.ts";
import { writtenProperties } from "../mqtt/wire/message-properties.ts";
import { BrokerMessage, topicName } from "./broker-message.ts";

/** The properties of a message as the log has them (ingest/decode.ts, propertiesJson). */
interface StoredProperties extends Omit<DeliveredProperties, "correlationData"> {
  readonly correlationDataBase64?: string;
}

/**
 * A retained message of the broker's last run, as it was published.
 * @param offset what the broker's clock is ahead of the milliseconds since 1970
 */
export function restoredMessage(kept: BrokerRetained, offset: number): BrokerMessage {
  const { topic, payload, qos, propertiesJson, expiresAt } = kept;
  const message = new BrokerMessage(
    topicName(topic),
    Buffer.from(payload),
    qos === 0 || qos === 1 ? qos : 2,
    true,
    propertiesJson === null ? undefined : restoredProperties(propertiesJson),
    "",
  );
  if (expiresAt !== null) message.expiresAt = expiresAt + offset;
  return message;
}

function restoredProperties(json: string): BrokerMessage["carried"] {
  const { correlationDataBase64, userProperties, ...properties }: StoredProperties = JSON.parse(json);
  const correlationData =
    correlationDataBase64 === undefined ? undefined : Buffer.from(correlationDataBase64, "base64");
  return writtenProperties({ ...properties, correlationData }, userProperties);
}
