import type { X509Certificate } from "node:crypto";
import type { SecureContextOptions, TLSSocket, TlsOptions } from "node:tls";

/** What a TLS listener shows and asks for, as PEM. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  /** Who may have issued clients' certificates; undefined: clients show none. */
  readonly clientCa: string | undefined;
  readonly oldestVersion: "TLSv1.2" | "TLSv1.3";
}

/** A client by its certificate, or why it is nobody. */
export type CertificateVerdict = { readonly user: string } | { readonly refusal: string };

/** PORT. The certificates of a listener: what it shows, whom it lets in, and when that changes. */
export interface BrokerTls {
  /** The newest that can be used. */
  material(): TlsMaterial;
  /** Asked for each connection, new or resumed, once its chain has been checked. */
  admit(certificate: X509Certificate): CertificateVerdict;
  /** Why a client that was let in may not stay; undefined where it may. */
  dismissal(certificate: X509Certificate): string | undefined;
  /** Hears of every change of what the others answer. @returns what ends the watch */
  watch(changed: () => void): () => void;
}

/** What Node's TLS server is made of. */
export function tlsServerOptions(material: TlsMaterial, handshakeMs: number): TlsOptions {
  const mutual = material.clientCa !== undefined;
  return {
    ...secureContextOptions(material),
    requestCert: mutual,
    rejectUnauthorized: mutual,
    handshakeTimeout: handshakeMs,
  };
}

/**
 * What changes with the files. Ticket keys are left out: Node then makes new ones with each change, so that no ticket
 * outlives the certificates and lists that it was given under.
 */
export function secureContextOptions({
  cert,
  key,
  clientCa,
  oldestVersion,
}: TlsMaterial): SecureContextOptions {
  return {
    cert,
    key,
    minVersion: oldestVersion,
    ...(clientCa === undefined ? {} : { ca: clientCa }),
  };
}

/** The certificate that the client has shown; undefined where none was asked for. */
export function peerOf(socket: TLSSocket): X509Certificate | undefined {
  return socket.authorized ? socket.getPeerX509Certificate() : undefined;
}

/** Why a handshake failed, in words for whoever reads the log. */
export function handshakeFault(error: Error, socket: TLSSocket): string {
  // Node says why only where it has destroyed the socket itself.
  const why: unknown = socket.authorizationError;
  const fault = typeof why === "string" ? why : why instanceof Error ? why.message : undefined;
  return fault === undefined
    ? `the TLS handshake failed: ${error.message}`
    : `its certificate is not accepted: ${fault}`;
}
