import { verify, type X509Certificate } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  CertificateList,
  CRLNumber,
  CRLReason,
  CRLReasons,
  id_ce_cRLNumber,
  id_ce_cRLReasons,
  RevokedCertificate,
  TBSCertList,
  Time,
} from "@peculiar/asn1-x509";
import {
  type Authority,
  authorityKeyExtension,
  extension,
  pem,
  signatureAlgorithm,
  signatureOver,
  subjectOf,
  toArrayBuffer,
} from "./signer.ts";

/** A certificate that counts no longer. */
export interface Revocation {
  /** Hexadecimal, upper case, as Node shows serial numbers. */
  readonly serial: string;
  readonly atMs: number;
  readonly reason: RevocationReason;
}

/** Why a certificate is revoked (RFC 5280, 5.3.1), those that a plant has. */
export const REVOCATION_REASONS = [
  "unspecified",
  "keyCompromise",
  "affiliationChanged",
  "superseded",
  "cessationOfOperation",
  "privilegeWithdrawn",
] as const;
/** One of the reasons of RFC 5280. */
export type RevocationReason = (typeof REVOCATION_REASONS)[number];

/** A list of one authority, as it was published. */
export interface RevocationList {
  readonly number: number;
  readonly thisUpdateMs: number;
  /** From then on nobody may rely on it; undefined: it says no end. */
  readonly nextUpdateMs: number | undefined;
  readonly revocations: readonly Revocation[];
  /** Whether the authority with this certificate has signed it. */
  signedBy(authority: X509Certificate): boolean;
}

const VERSION_2 = 1;
const LIST = /-----BEGIN X509 CRL-----([^-]*)-----END X509 CRL-----/g;

/** Signs a revocation list (RFC 5280, 5). @returns PEM */
export function signRevocationList(
  content: Pick<RevocationList, "number" | "thisUpdateMs" | "revocations"> & {
    readonly nextUpdateMs: number;
  },
  authority: Authority,
): string {
  const algorithm = signatureAlgorithm(authority.key);
  const revokedCertificates = content.revocations.map(revoked);
  const tbsCertList = new TBSCertList({
    version: VERSION_2,
    signature: algorithm.identifier,
    issuer: subjectOf(authority.certificate),
    thisUpdate: new Time(new Date(content.thisUpdateMs)),
    nextUpdate: new Time(new Date(content.nextUpdateMs)),
    // An empty list has no entries, not an empty sequence of them (5.1.2.6).
    ...(revokedCertificates.length === 0 ? {} : { revokedCertificates }),
    crlExtensions: [
      authorityKeyExtension(authority),
      extension(id_ce_cRLNumber, new CRLNumber(content.number)),
    ],
  });
  const signature = signatureOver(AsnConvert.serialize(tbsCertList), authority.key, algorithm);
  const list = new CertificateList({ tbsCertList, signatureAlgorithm: algorithm.identifier, signature });
  return pem("X509 CRL", AsnConvert.serialize(list));
}

/**
 * The revocation lists in a PEM file, or the one in a DER file.
 * @throws Error with what is wrong, for a sentence that names the file
 */
export function readRevocationLists(content: Buffer): RevocationList[] {
  const text = content.toString("latin1");
  const blocks = Array.from(text.matchAll(LIST), ([, body = ""]) => Buffer.from(body, "base64"));
  const begun = text.match(/-----BEGIN X509 CRL-----/g)?.length ?? 0;
  if (begun !== blocks.length) throw new Error("a revocation list in it has no end");
  if (blocks.length === 0 && text.includes("-----BEGIN"))
    throw new Error("it is PEM and holds no revocation list");
  return (blocks.length > 0 ? blocks : [content]).map((der, index) => {
    try {
      return listOf(der);
    } catch {
      throw new Error(
        blocks.length > 0
          ? `revocation list ${index + 1} in it is broken`
          : "it holds no revocation list, neither PEM nor DER",
      );
    }
  });
}

function listOf(der: Buffer): RevocationList {
  const {
    tbsCertList,
    tbsCertListRaw,
    signatureAlgorithm: algorithm,
    signature,
  } = AsnConvert.parse(der, CertificateList);
  const { thisUpdate, nextUpdate, revokedCertificates = [], crlExtensions = [] } = tbsCertList;
  const number = crlExtensions.find(({ extnID }) => extnID === id_ce_cRLNumber);
  const issuer = Buffer.from(AsnConvert.serialize(tbsCertList.issuer));
  const signed = Buffer.from(tbsCertListRaw ?? AsnConvert.serialize(tbsCertList));
  return {
    number: number === undefined ? 0 : Number(AsnConvert.parse(number.extnValue.buffer, CRLNumber).value),
    thisUpdateMs: thisUpdate.getTime().getTime(),
    nextUpdateMs: nextUpdate?.getTime().getTime(),
    revocations: revokedCertificates.map(revocationOf),
    signedBy: (authority) => {
      const subject = Buffer.from(AsnConvert.serialize(subjectOf(authority)));
      if (!subject.equals(issuer)) return false;
      return verify(digestOf(algorithm.algorithm), signed, authority.publicKey, Buffer.from(signature));
    },
  };
}

function digestOf(oid: string): string | null {
  const digests: Readonly<Record<string, string>> = {
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
  };
  return digests[oid] ?? null;
}

function revoked({ serial, atMs, reason }: Revocation): RevokedCertificate {
  return new RevokedCertificate({
    userCertificate: toArrayBuffer(Buffer.from(serial, "hex")),
    revocationDate: new Time(new Date(atMs)),
    // "unspecified" is said by saying nothing (5.3.1).
    ...(reason === "unspecified"
      ? {}
      : { crlEntryExtensions: [extension(id_ce_cRLReasons, new CRLReason(CRLReasons[reason]))] }),
  });
}

function revocationOf(entry: RevokedCertificate): Revocation {
  const told = entry.crlEntryExtensions?.find(({ extnID }) => extnID === id_ce_cRLReasons);
  const code = told === undefined ? 0 : AsnConvert.parse(told.extnValue.buffer, CRLReason).reason;
  return {
    serial: serialText(entry.userCertificate),
    atMs: entry.revocationDate.getTime().getTime(),
    reason: REVOCATION_REASONS.find((reason) => CRLReasons[reason] === code) ?? "unspecified",
  };
}

/** As `X509Certificate.serialNumber` has it: no zero byte in front. */
function serialText(serial: ArrayBuffer): string {
  const hex = Buffer.from(serial).toString("hex").toUpperCase();
  return hex.length > 2 && hex.startsWith("00") ? hex.slice(2) : hex;
}
