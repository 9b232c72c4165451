import { createHash, type KeyObject, sign, type X509Certificate } from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  AuthorityKeyIdentifier,
  Certificate,
  Extension,
  id_ce_authorityKeyIdentifier,
  id_ce_subjectKeyIdentifier,
  KeyIdentifier,
  type Name,
  SubjectKeyIdentifier,
} from "@peculiar/asn1-x509";
import { ConcheError } from "../../errors/conche-error.ts";

/** An authority that signs: its certificate and the key of it. */
export interface Authority {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

/** How a key signs. */
export interface SignatureAlgorithm {
  readonly identifier: AlgorithmIdentifier;
  /** Of `crypto.sign`; null where the algorithm brings its own. */
  readonly digest: string | null;
}

const RSA_SHA256 = "1.2.840.113549.1.1.11";
const ED25519 = "1.3.101.112";
/** ECDSA by curve: the digest as long as the curve is strong (RFC 5480, 4). */
const ECDSA: Readonly<Record<string, { readonly oid: string; readonly digest: string }>> = {
  prime256v1: { oid: "1.2.840.10045.4.3.2", digest: "sha256" },
  secp384r1: { oid: "1.2.840.10045.4.3.3", digest: "sha384" },
  secp521r1: { oid: "1.2.840.10045.4.3.4", digest: "sha512" },
};

/** @throws ConcheError CONCHE_CERTIFICATES_INVALID for a key of another kind */
export function signatureAlgorithm(key: KeyObject): SignatureAlgorithm {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === "rsa")
    return {
      identifier: new AlgorithmIdentifier({ algorithm: RSA_SHA256, parameters: null }),
      digest: "sha256",
    };
  if (type === "ed25519")
    return { identifier: new AlgorithmIdentifier({ algorithm: ED25519 }), digest: null };
  const curve = type === "ec" ? ECDSA[details?.namedCurve ?? ""] : undefined;
  if (curve !== undefined)
    return { identifier: new AlgorithmIdentifier({ algorithm: curve.oid }), digest: curve.digest };
  throw new ConcheError("CONCHE_CERTIFICATES_INVALID", {
    message: `a key of the kind ${type ?? "unknown"} ${details?.namedCurve ?? ""} can't sign certificates here`,
    hint: "use an authority with an ECDSA key (P-256, P-384, P-521), RSA or Ed25519",
  });
}

/** The signature over DER, as X.509 has it. */
export function signatureOver(
  bytes: ArrayBuffer,
  key: KeyObject,
  { digest }: SignatureAlgorithm,
): ArrayBuffer {
  return toArrayBuffer(sign(digest, Buffer.from(bytes), key));
}

/** The subject of a certificate, byte by byte as it stands there: it is what its children name as their issuer. */
export function subjectOf(certificate: X509Certificate): Name {
  return AsnConvert.parse(certificate.raw, Certificate).tbsCertificate.subject;
}

/** The identifier of a key: SHA-1 over it, as everybody does (RFC 5280, 4.2.1.2); a name, no protection. */
export function keyIdentifierOf(publicKey: KeyObject): ArrayBuffer {
  const spki = publicKey.export({ type: "spki", format: "der" });
  return toArrayBuffer(createHash("sha1").update(spki).digest());
}

/** Names the issuer's key, by the identifier that stands in its certificate. */
export function authorityKeyExtension({ certificate }: Authority): Extension {
  const known = AsnConvert.parse(certificate.raw, Certificate).tbsCertificate.extensions?.find(
    ({ extnID }) => extnID === id_ce_subjectKeyIdentifier,
  );
  const keyIdentifier =
    known === undefined
      ? new KeyIdentifier(keyIdentifierOf(certificate.publicKey))
      : new KeyIdentifier(AsnConvert.parse(known.extnValue.buffer, SubjectKeyIdentifier).buffer);
  return extension(id_ce_authorityKeyIdentifier, new AuthorityKeyIdentifier({ keyIdentifier }));
}

/** An extension of a certificate or list, its value as DER. */
export function extension(extnID: string, value: unknown, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

/** DER as PEM (RFC 7468). */
export function pem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** The bytes by themselves: a view may be a part of a larger buffer. */
export function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}
