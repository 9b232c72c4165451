import type { BrokerRetained } from "../log/message-log.ts";
import type { DeliveredMessage } from "../mqtt/delivery.ts";
import { propertiesJson } from "./decode.ts";

/**
 * What a group changes in what its broker has retained: of each topic the last message with RETAIN, whatever became
 * of it here. A duplicate or a quarantined message is retained by a broker as any other.
 */
export function brokerRetained(messages: readonly DeliveredMessage[], nowMs: number): BrokerRetained[] {
  const last = new Map<string, DeliveredMessage>();
  for (const message of messages) {
    if (!message.retain) continue;
    // The order of the topics is that in which they were published last.
    last.delete(message.topic);
    last.set(message.topic, message);
  }
  return Array.from(last.values(), (message) => {
    const expirySeconds = message.properties?.messageExpiryInterval;
    return {
      topic: message.topic,
      payload: message.payload,
      qos: message.qos,
      propertiesJson: propertiesJson(message),
      expiresAt: expirySeconds === undefined ? null : nowMs + expirySeconds * 1_000,
    };
  });
}
