import { BrokerMessage, topicName } from "../../src/broker/broker-message.ts";
import { writtenProperties } from "../../src/mqtt/wire/message-properties.ts";

/** A message as if a client had published it. */
export function messageOf(
  topic: string,
  payload: string | Buffer,
  more: {
    readonly qos?: 0 | 1 | 2;
    readonly retain?: boolean;
    readonly userProperties?: Record<string, string>;
  } = {},
): BrokerMessage {
  const { qos = 1, retain = false, userProperties } = more;
  const bytes = Buffer.from(payload);
  const carried = writtenProperties({}, userProperties);
  return new BrokerMessage(topicName(topic), bytes, qos, retain, carried, "publisher");
}
