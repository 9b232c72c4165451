import { X509Certificate } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { IssuedCertificate } from "../../access/provision-plan.ts";
import { writeOwnedFile } from "../../adapters/host/owned-files.ts";
import type { Revocation } from "../../adapters/x509/revocation-list.ts";
import { commonNameOf, hostsOf } from "../../adapters/x509/subject-names.ts";
import { ConcheError, messageOf, systemCodeOf } from "../../errors/conche-error.ts";

const NAME = /^(\d+)-[0-9A-F]+\.pem$/;
const DIGITS = 6;

/**
 * Every certificate that was ever issued: the certificates themselves are the inventory, so that it can't say anything
 * that they don't.
 * @throws ConcheError CONCHE_CERTIFICATES_INVALID
 */
export async function readIssued(
  folder: string,
  revocations: readonly Revocation[],
): Promise<IssuedCertificate[]> {
  const revoked = new Map(revocations.map(({ serial, atMs }) => [serial, atMs]));
  const issued: IssuedCertificate[] = [];
  for (const file of (await readdir(folder)).sort()) {
    const order = NAME.exec(file)?.[1];
    if (order === undefined) continue;
    const path = join(folder, file);
    const certificate = issuedAs(certificateOf(path, await readFile(path)), Number(order));
    issued.push({ ...certificate, revokedMs: revoked.get(certificate.serial) });
  }
  return issued;
}

/** Notes a certificate that was just issued. */
export async function addIssued(folder: string, order: number, pem: string): Promise<IssuedCertificate> {
  const issued = issuedAs(new X509Certificate(pem), order);
  await writeOwnedFile(join(folder, `${String(order).padStart(DIGITS, "0")}-${issued.serial}.pem`), pem);
  return issued;
}

function issuedAs(certificate: X509Certificate, order: number): IssuedCertificate {
  return {
    name: commonNameOf(certificate) ?? "",
    serial: certificate.serialNumber.toUpperCase(),
    order,
    notBeforeMs: certificate.validFromDate.getTime(),
    notAfterMs: certificate.validToDate.getTime(),
    hosts: hostsOf(certificate),
    issuer: certificate.issuer,
    revokedMs: undefined,
  };
}

function certificateOf(path: string, bytes: Buffer): X509Certificate {
  try {
    return new X509Certificate(bytes);
  } catch (cause) {
    throw new ConcheError("CONCHE_CERTIFICATES_INVALID", {
      message: `${path}: it holds no certificate: ${messageOf(cause)}`,
      hint: "put the file back from a backup: what was issued has to be known to be revoked",
      cause,
    });
  }
}

/**
 * What is in a file, empty where there is none.
 * @throws ConcheError CONCHE_CERTIFICATES_INVALID
 */
export async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return "";
    throw new ConcheError("CONCHE_CERTIFICATES_INVALID", {
      message: `${path}: ${messageOf(error)}`,
      cause: error,
    });
  }
}
