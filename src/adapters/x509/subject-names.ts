import type { X509Certificate } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import { Certificate, id_ce_subjectAltName, SubjectAlternativeName } from "@peculiar/asn1-x509";
import { subjectOf } from "./signer.ts";

const COMMON_NAME = "2.5.4.3";
const ORGANIZATION = "2.5.4.10";

/** The common name of a certificate's subject; undefined where there is none, or more than one. */
export function commonNameOf(certificate: X509Certificate): string | undefined {
  // The library's sequences are arrays of a class of their own, and so are their slices.
  const names = Array.from(subjectOf(certificate)).flatMap((rdn) =>
    Array.from(rdn).filter(({ type }) => type === COMMON_NAME),
  );
  return names.length === 1 ? names[0]?.value.toString() : undefined;
}

/** The organization of a certificate's subject; nothing where there is none. */
export function organizationOf(certificate: X509Certificate): { readonly organization?: string } {
  const names = Array.from(subjectOf(certificate)).flatMap((rdn) =>
    Array.from(rdn).filter(({ type }) => type === ORGANIZATION),
  );
  const organization = names[0]?.value.toString();
  return organization === undefined ? {} : { organization };
}

/** The host names and addresses that a server's certificate is for. */
export function hostsOf(certificate: X509Certificate): string[] {
  const names = AsnConvert.parse(certificate.raw, Certificate).tbsCertificate.extensions?.find(
    ({ extnID }) => extnID === id_ce_subjectAltName,
  );
  if (names === undefined) return [];
  const found = Array.from(AsnConvert.parse(names.extnValue.buffer, SubjectAlternativeName));
  return found.flatMap(({ dNSName, iPAddress }) => dNSName ?? iPAddress ?? []);
}
