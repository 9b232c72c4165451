/** How the connections of an edge reach their broker, whoever they are for. */
export interface EdgeLinkOptions {
  /** `mqtt://host:1883`, `mqtts://host:8883`, `ws://host/mqtt` or `wss://host/mqtt`; may hold user and password. */
  readonly url: string;
  /** For connections that have no credentials of their own. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM: who may have signed the broker's certificate, instead of the authorities that Node knows. */
  readonly ca?: string | Buffer | undefined;
  /** PEM: the client certificate and its key, for connections that have none of their own. */
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  /** A broker that is silent for one and a half times as long counts as gone, seconds. */
  readonly keepaliveS?: number | undefined;
  /** How long the broker has to answer CONNECT, and then SUBSCRIBE, milliseconds. */
  readonly connectTimeoutMs?: number | undefined;
}
