/** How much the broker takes from clients, keeps for them, and how long it waits for them. */
export interface BrokerLimits {
  /** Largest packet, bytes; a longer one is refused as soon as its length has been read. */
  readonly packetBytes: number;
  /** Longest topic name and topic filter, bytes. */
  readonly topicBytes: number;
  /** Most levels of a topic name and of a topic filter. */
  readonly topicLevels: number;
  /** Longest client identifier, characters. */
  readonly clientIdCharacters: number;
  /** From the connection to its accepted CONNECT, milliseconds. */
  readonly connectTimeoutMs: number;
  /** Open network connections; one more is closed at once. */
  readonly connections: number;
  /** Longest keep alive, seconds; MQTT 5 clients that ask for more (or for none) are told this one. */
  readonly keepAliveSeconds: number;
  /** Unacknowledged QoS 1 publishes per connection; told to MQTT 5 clients, which must keep to it. */
  readonly receiveMaximum: number;
  /** Bytes of messages (payload, topic, properties) per connection that wait for their commit before no more is read from it. */
  readonly inFlightBytes: number;
  /** Topic aliases per connection. */
  readonly topicAliases: number;
  /** Subscriptions per client. */
  readonly subscriptions: number;
  /** Bytes that the subscriptions of all clients together take. */
  readonly subscriptionBytes: number;
  /** Bytes that wait to be written to one client before live messages to it are dropped (QoS 0) or it is closed. */
  readonly backlogBytes: number;
  /** How long a client may take to read what is written to it, milliseconds. */
  readonly drainTimeoutMs: number;
  /** Longest life of a session without a connection, seconds. */
  readonly sessionExpirySeconds: number;
  /** Sessions that are kept while their clients are away; the one away longest goes first. */
  readonly sessions: number;
  /** QoS 1 messages that are kept for one session; the oldest goes first. */
  readonly queuedMessages: number;
  /** Bytes of messages (payload, topic, properties) that are kept for all sessions together. */
  readonly queuedBytes: number;
  /** Bytes of messages that one client may leave unacknowledged before it is sent no more. */
  readonly sentBytes: number;
  /** Retained messages; one more is delivered and logged, but not retained. */
  readonly retainedMessages: number;
  /** Bytes of all retained messages (payload, topic, properties) together. */
  readonly retainedBytes: number;
  /** Wrong passwords from one address within a minute, before further attempts are refused unread. */
  readonly failedLogins: number;
  /** How often silent and stuck clients are looked for, milliseconds. */
  readonly sweepMs: number;
  /** How long a closed connection may take to read the reason it was closed for, milliseconds. */
  readonly lingerMs: number;
}

/** For some thousand machines, gateways and dashboards on one data center. */
export const BROKER_LIMITS: BrokerLimits = {
  packetBytes: 1_048_576,
  topicBytes: 1_024,
  topicLevels: 32,
  clientIdCharacters: 128,
  // Looked at once a second: closed within 10 seconds.
  connectTimeoutMs: 9_000,
  connections: 5_000,
  keepAliveSeconds: 600,
  receiveMaximum: 1_000,
  inFlightBytes: 4_194_304,
  topicAliases: 16,
  subscriptions: 100,
  subscriptionBytes: 134_217_728,
  backlogBytes: 1_048_576,
  drainTimeoutMs: 20_000,
  sessionExpirySeconds: 86_400,
  sessions: 5_000,
  queuedMessages: 1_000,
  queuedBytes: 67_108_864,
  sentBytes: 4_194_304,
  retainedMessages: 50_000,
  retainedBytes: 67_108_864,
  failedLogins: 10,
  sweepMs: 1_000,
  lingerMs: 1_000,
};
