import { type KeyObject, randomBytes } from "node:crypto";
import { isIP } from "node:net";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  AttributeTypeAndValue,
  AttributeValue,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  type Extension,
  Extensions,
  GeneralName,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  id_kp_serverAuth,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
} from "@peculiar/asn1-x509";
import {
  type Authority,
  authorityKeyExtension,
  extension,
  keyIdentifierOf,
  pem,
  signatureAlgorithm,
  signatureOver,
  subjectOf,
  toArrayBuffer,
} from "./signer.ts";

/** What a certificate says. */
export interface CertificateContent {
  readonly commonName: string;
  /** Stands beside the common name in an authority's subject, so that two plants' authorities differ in name. */
  readonly organization?: string;
  readonly publicKey: KeyObject;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** `root` and `issuing` sign others, `server` and `client` nobody. */
  readonly use: "root" | "issuing" | "server" | "client";
  /** Host names and addresses of a server. */
  readonly hosts?: readonly string[];
}

const COMMON_NAME = "2.5.4.3";
const ORGANIZATION = "2.5.4.10";
const VERSION_3 = 2;

/**
 * Signs a certificate (RFC 5280) with 126 random bits as its serial number.
 * @param authority who signs; the key itself where a root signs its own
 * @returns PEM
 */
export function signCertificate(content: CertificateContent, authority: Authority | KeyObject): string {
  const own = !("certificate" in authority);
  const key = own ? authority : authority.key;
  const algorithm = signatureAlgorithm(key);
  const subject = nameOf(content);
  const tbsCertificate = new TBSCertificate({
    version: VERSION_3,
    serialNumber: serialNumber(),
    signature: algorithm.identifier,
    issuer: own ? subject : subjectOf(authority.certificate),
    validity: new Validity({
      notBefore: new Date(content.notBeforeMs),
      notAfter: new Date(content.notAfterMs),
    }),
    subject,
    subjectPublicKeyInfo: AsnConvert.parse(
      content.publicKey.export({ type: "spki", format: "der" }),
      SubjectPublicKeyInfo,
    ),
    extensions: new Extensions([
      ...extensionsOf(content),
      ...(own ? [] : [authorityKeyExtension(authority)]),
    ]),
  });
  const signatureValue = signatureOver(AsnConvert.serialize(tbsCertificate), key, algorithm);
  const signed = new Certificate({
    tbsCertificate,
    signatureAlgorithm: algorithm.identifier,
    signatureValue,
  });
  return pem("CERTIFICATE", AsnConvert.serialize(signed));
}

/** Positive, and as long in every certificate (RFC 5280, 4.1.2.2: at most 20 bytes). */
function serialNumber(): ArrayBuffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return toArrayBuffer(bytes);
}

function nameOf({ commonName, organization }: CertificateContent): Name {
  const attribute = (type: string, utf8String: string) =>
    new RelativeDistinguishedName([
      new AttributeTypeAndValue({ type, value: new AttributeValue({ utf8String }) }),
    ]);
  return new Name([
    ...(organization === undefined ? [] : [attribute(ORGANIZATION, organization)]),
    attribute(COMMON_NAME, commonName),
  ]);
}

function extensionsOf({ use, publicKey, hosts = [] }: CertificateContent): Extension[] {
  const identifier = extension(
    id_ce_subjectKeyIdentifier,
    new SubjectKeyIdentifier(keyIdentifierOf(publicKey)),
  );
  if (use === "root" || use === "issuing") {
    // A root may have one floor of authorities below it, an issuing authority none.
    const pathLenConstraint = use === "root" ? 1 : 0;
    return [
      extension(id_ce_basicConstraints, new BasicConstraints({ cA: true, pathLenConstraint }), true),
      extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign), true),
      identifier,
    ];
  }
  const names = hosts.map((host) =>
    isIP(host) === 0 ? new GeneralName({ dNSName: host }) : new GeneralName({ iPAddress: host }),
  );
  return [
    extension(id_ce_basicConstraints, new BasicConstraints({ cA: false }), true),
    extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.digitalSignature), true),
    extension(
      id_ce_extKeyUsage,
      new ExtendedKeyUsage([use === "server" ? id_kp_serverAuth : id_kp_clientAuth]),
    ),
    identifier,
    ...(names.length === 0 ? [] : [extension(id_ce_subjectAltName, new SubjectAlternativeName(names))]),
  ];
}
