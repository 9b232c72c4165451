/** What a client needs for TLS, as PEM. */
export interface TlsPems {
  /** Who may have signed the broker's certificate, instead of the authorities that Node knows. */
  readonly ca?: string | Buffer | undefined;
  /** The client certificate and its key. */
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
}

/** Asked for at each connection, so that certificates can be replaced while a program runs. Never throws. */
export type ClientTls = () => TlsPems;
