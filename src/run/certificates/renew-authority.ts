import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { readCertificates, readPrivateKey, UnusableFile } from "../../adapters/credentials/tls-files.ts";
import { writeOwnedFile } from "../../adapters/host/owned-files.ts";
import { readRevocationLists, signRevocationList } from "../../adapters/x509/revocation-list.ts";
import { signCertificate } from "../../adapters/x509/sign-certificate.ts";
import type { Authority } from "../../adapters/x509/signer.ts";
import { organizationOf } from "../../adapters/x509/subject-names.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { type CertificateSettings, validity } from "./certificate-settings.ts";
import type { FolderLayout } from "./folder-layout.ts";
import { textOf } from "./issued-files.ts";
import type { IssuingAuthority } from "./issuing-authority.ts";
import { keyPem, newKeys } from "./plant-authority.ts";

/**
 * Makes another issuing authority below the same root, with a key and a name of its own. Its certificate is written last:
 * while it is missing, there is none, and a run that was cut short is simply repeated.
 * @param before the newest one there is
 * @param rootFolder where the root's certificate and key were brought back to
 * @throws ConcheError CONCHE_CERTIFICATES_INVALID, CONCHE_OUTPUT_UNWRITABLE
 */
export async function makeNextAuthority(
  layout: FolderLayout,
  settings: CertificateSettings,
  before: IssuingAuthority,
  rootFolder: string,
  nowMs: number,
): Promise<void> {
  const generation = before.generation + 1;
  const { issuingDays, authorityPassphrase: passphrase } = settings;
  const root = await openRoot(before, rootFolder, settings);
  const lasting = validity(issuingDays, nowMs, root.certificate.validToDate.getTime());
  const keys = newKeys();
  const certificate = signCertificate(
    {
      // Another name than the one before: lists and certificates are told apart by it everywhere.
      commonName: `Issuing authority ${generation}`,
      ...organizationOf(root.certificate),
      publicKey: keys.publicKey,
      use: "issuing",
      ...lasting,
    },
    root,
  );
  const [list] = readRevocationLists(Buffer.from(await textOf(layout.rootCrl)));
  const rootCrl = signRevocationList(
    {
      number: (list?.number ?? 0) + 1,
      thisUpdateMs: lasting.notBeforeMs,
      nextUpdateMs: lasting.notAfterMs,
      revocations: list?.revocations ?? [],
    },
    root,
  );
  await writeOwnedFile(layout.authority("issuing.key.pem", generation), keyPem(keys.privateKey, passphrase));
  await writeOwnedFile(layout.rootCrl, rootCrl);
  await writeOwnedFile(layout.authority("issuing.cert.pem", generation), certificate + root.certificate);
}

/** The root that has signed the authority before, with its key. */
async function openRoot(
  before: IssuingAuthority,
  folder: string,
  { authorityPassphrase }: CertificateSettings,
): Promise<Authority> {
  const certPath = join(folder, "root.cert.pem");
  const keyPath = join(folder, "root.key.pem");
  try {
    const [certificate] = await readCertificates(certPath);
    const key = await readPrivateKey(keyPath, authorityPassphrase ?? undefined);
    const known = before.chain.at(-1);
    if (certificate === undefined || certificate.fingerprint256 !== known?.fingerprint256)
      throw unusable(`${certPath}: it is not the root of the authority that is to be renewed`);
    if (!certificate.checkPrivateKey(key)) throw unusable(`${keyPath}: it is not the key of ${certPath}`);
    return { certificate: new X509Certificate(certificate.raw), key };
  } catch (error) {
    if (error instanceof UnusableFile) throw unusable(`${error.path}: ${error.message}`);
    throw error;
  }
}

function unusable(message: string): ConcheError {
  return new ConcheError("CONCHE_CERTIFICATES_INVALID", {
    message,
    hint: "bring the root's folder back for this one command (--root FOLDER), with its passphrase where it has one, and take it away again",
  });
}
