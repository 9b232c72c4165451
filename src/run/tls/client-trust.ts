import type { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { identityKindOf } from "../../access/certificate-identity.ts";
import type { CertificateVerdict } from "../../adapters/broker/broker-tls.ts";
import { readCertificates, UnusableFile } from "../../adapters/credentials/tls-files.ts";
import {
  type Revocation,
  type RevocationList,
  readRevocationLists,
} from "../../adapters/x509/revocation-list.ts";
import { commonNameOf } from "../../adapters/x509/subject-names.ts";
import { messageOf } from "../../errors/conche-error.ts";
import type { Expiry } from "./expiry.ts";

/** An authority that clients' certificates may come from, and whom it has revoked. */
interface TrustedAuthority {
  readonly certificate: X509Certificate;
  readonly list: RevocationList | undefined;
  readonly revoked: ReadonlySet<string>;
}

/** A certificate that is on a list, and was not before. */
export interface RevokedCertificate extends Revocation {
  /** Common name of the authority that has revoked it. */
  readonly issuer: string;
}

/** Whose certificates count: authorities and their revocation lists, as they stand in two files. */
export class ClientTrust {
  readonly ca: string;
  readonly expiries: readonly Expiry[];
  readonly #authorities: readonly TrustedAuthority[];
  readonly #withLists: boolean;
  /** Which authority has issued a certificate, by fingerprint: a signature is checked once a connection. */
  readonly #issuers: WeakMap<X509Certificate, string>;

  private constructor(
    caPath: string,
    crlPath: string | undefined,
    authorities: readonly TrustedAuthority[],
    before: ClientTrust | undefined,
  ) {
    this.#authorities = authorities;
    this.#withLists = crlPath !== undefined;
    this.#issuers = before === undefined ? new WeakMap() : before.#issuers;
    this.ca = authorities.map(({ certificate }) => String(certificate)).join("");
    const lists = authorities.flatMap(({ list }) => list?.nextUpdateMs ?? []);
    this.expiries = [
      ...authorities.map(({ certificate }) => {
        return { what: "client-ca" as const, path: caPath, endsMs: certificate.validToDate.getTime() };
      }),
      ...lists.map((endsMs) => ({ what: "crl" as const, path: crlPath ?? "", endsMs })),
    ];
  }

  /**
   * Reads both files.
   * @param before what it replaces
   * @throws UnusableFile
   */
  static async read(
    caPath: string,
    crlPath: string | undefined,
    before: ClientTrust | undefined,
  ): Promise<ClientTrust> {
    const certificates = await inRole("client-ca", caPath, () => readCertificates(caPath));
    for (const { ca, subject } of certificates)
      if (!ca) throw new UnusableFile(`${subject} is no authority`, "client-ca", caPath);
    const lists =
      crlPath === undefined
        ? []
        : await inRole("crl", crlPath, async () => readRevocationLists(await readFile(crlPath)));
    const authorities = certificates.map((certificate): TrustedAuthority => {
      const own = lists.filter((list) => list.signedBy(certificate));
      const list = own.reduce<RevocationList | undefined>(
        (newest, one) => (newest === undefined || one.number > newest.number ? one : newest),
        undefined,
      );
      return { certificate, list, revoked: new Set(list?.revocations.map(({ serial }) => serial)) };
    });
    const signed = authorities.some(({ list }) => list !== undefined);
    if (crlPath !== undefined && !signed) {
      throw new UnusableFile(`no authority in ${caPath} has signed a list in it`, "crl", crlPath);
    }
    return new ClientTrust(caPath, crlPath, authorities, before);
  }

  /** What the lists have now that those of another state of the files had not. */
  revokedSince(before: ClientTrust): RevokedCertificate[] {
    const known = new Set(before.#authorities.flatMap(({ revoked }) => [...revoked]));
    return this.#authorities.flatMap(({ certificate, list }) =>
      (list?.revocations ?? [])
        .filter(({ serial }) => !known.has(serial))
        .map((one) => ({ ...one, issuer: commonNameOf(certificate) ?? certificate.subject })),
    );
  }

  /** Who a client is whose chain Node has checked: when it is new, and when it resumes a session. */
  admit(certificate: X509Certificate, nowMs: number): CertificateVerdict {
    const name = commonNameOf(certificate);
    const kind = name === undefined ? undefined : identityKindOf(name);
    if (name === undefined || kind === undefined || kind === "server") {
      return { refusal: `its certificate names nobody who may be a client: ${certificate.subject}` };
    }
    // A session that is resumed was checked when it began.
    if (certificate.validToDate.getTime() <= nowMs)
      return { refusal: `the certificate of ${name} has expired` };
    const refusal = this.dismissal(certificate) ?? this.#listFault(certificate, nowMs);
    return refusal === undefined ? { user: name } : { refusal };
  }

  /** Why a client may not stay: it was revoked, or its authority is trusted no longer. */
  dismissal(certificate: X509Certificate): string | undefined {
    const authority = this.#authorityOf(certificate);
    const name = commonNameOf(certificate) ?? certificate.subject;
    if (authority === undefined)
      return `no authority that is trusted here has issued the certificate of ${name}`;
    if (authority.revoked.has(certificate.serialNumber.toUpperCase())) {
      return `the certificate of ${name} was revoked`;
    }
    const above = this.#authorities.find(({ certificate: one, revoked }) => {
      return (
        authority.certificate.checkIssued(one) &&
        revoked.has(authority.certificate.serialNumber.toUpperCase())
      );
    });
    return above === undefined
      ? undefined
      : `the authority that has issued the certificate of ${name} was revoked`;
  }

  #listFault(certificate: X509Certificate, nowMs: number): string | undefined {
    if (!this.#withLists) return undefined;
    const list = this.#authorityOf(certificate)?.list;
    if (list === undefined)
      return "there is no revocation list of the authority that has issued its certificate";
    if (list.nextUpdateMs === undefined || list.nextUpdateMs > nowMs) return undefined;
    return `the revocation list has expired at ${new Date(list.nextUpdateMs).toISOString()}: nobody knows who was revoked since`;
  }

  #authorityOf(certificate: X509Certificate): TrustedAuthority | undefined {
    const known = this.#issuers.get(certificate);
    const found = this.#authorities.find(({ certificate: one }) =>
      known === undefined
        ? certificate.checkIssued(one) && certificate.verify(one.publicKey)
        : one.fingerprint256 === known,
    );
    if (known === undefined && found !== undefined) {
      this.#issuers.set(certificate, found.certificate.fingerprint256);
    }
    return found;
  }
}

async function inRole<Content>(role: string, path: string, read: () => Promise<Content>): Promise<Content> {
  try {
    return await read();
  } catch (error) {
    throw new UnusableFile(messageOf(error), role, path);
  }
}
