import { generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { readCertificates, readPrivateKey, UnusableFile } from "../../adapters/credentials/tls-files.ts";
import { makeOwnedFolder, writeOwnedFile } from "../../adapters/host/owned-files.ts";
import { signRevocationList } from "../../adapters/x509/revocation-list.ts";
import { signCertificate } from "../../adapters/x509/sign-certificate.ts";
import type { Authority } from "../../adapters/x509/signer.ts";
import { ConcheError, systemCodeOf } from "../../errors/conche-error.ts";
import { type CertificateSettings, validity } from "./certificate-settings.ts";
import type { FolderLayout } from "./folder-layout.ts";
import { ROOT_README } from "./readme-texts.ts";

/** Who issues certificates here, and who stands above. */
export interface PlantAuthority extends Authority {
  /** The issuing authority's certificate and those above it, the nearest first. */
  readonly chain: readonly X509Certificate[];
}

/** A new key of the kind that everything here has: ECDSA on P-256. */
export function newKeys(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

/** PKCS #8 as PEM, encrypted where there is a passphrase. */
export function keyPem(key: KeyObject, passphrase: string | null): string {
  const encryption = passphrase === null ? {} : { cipher: "aes-256-cbc", passphrase };
  return key.export({ type: "pkcs8", format: "pem", ...encryption }).toString();
}

/**
 * Makes a root, which is for taking away, and an issuing authority below it; or begins with the plant's own authority,
 * whose key stays where it is. The authority's certificate is written last: while it is missing, there is none.
 * @throws ConcheError CONCHE_CERTIFICATES_INVALID, CONCHE_OUTPUT_UNWRITABLE
 */
export async function makeAuthority(
  layout: FolderLayout,
  settings: CertificateSettings,
  organization: string,
  nowMs: number,
): Promise<void> {
  await makeOwnedFolder(layout.folder);
  await makeOwnedFolder(layout.issued);
  if (settings.authorityCert !== null) {
    const chain = await certificatesOf(settings.authorityCert);
    await writeOwnedFile(layout.authority("issuing.cert.pem", 1), chain.map(String).join(""));
    return;
  }
  const rootKeys = newKeys();
  const issuingKeys = newKeys();
  const { authorityPassphrase: passphrase, rootDays, issuingDays } = settings;
  const rootPem = signCertificate(
    {
      commonName: "Root authority",
      organization,
      publicKey: rootKeys.publicKey,
      use: "root",
      ...validity(rootDays, nowMs),
    },
    rootKeys.privateKey,
  );
  const root = { certificate: new X509Certificate(rootPem), key: rootKeys.privateKey };
  const lasting = validity(issuingDays, nowMs, root.certificate.validToDate.getTime());
  const issuingPem = signCertificate(
    {
      commonName: "Issuing authority",
      organization,
      publicKey: issuingKeys.publicKey,
      use: "issuing",
      ...lasting,
    },
    root,
  );
  // The root revokes nothing but the authority below it, and then somebody fetches it anyway.
  const rootCrl = signRevocationList(
    { number: 1, thisUpdateMs: lasting.notBeforeMs, nextUpdateMs: lasting.notAfterMs, revocations: [] },
    root,
  );
  await writeOwnedFile(layout.root("root.key.pem"), keyPem(rootKeys.privateKey, passphrase));
  await writeOwnedFile(layout.root("root.cert.pem"), rootPem);
  await writeOwnedFile(layout.root("README.md"), ROOT_README);
  await writeOwnedFile(layout.authority("issuing.key.pem", 1), keyPem(issuingKeys.privateKey, passphrase));
  await writeOwnedFile(layout.rootCrl, rootCrl);
  await writeOwnedFile(layout.authority("issuing.cert.pem", 1), issuingPem + rootPem);
}

/** The certificates of the authority and of those above it; undefined where there is no authority yet. */
export async function authorityChain(
  layout: FolderLayout,
  generation: number,
): Promise<X509Certificate[] | undefined> {
  const path = layout.authority("issuing.cert.pem", generation);
  try {
    await readFile(path);
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return undefined;
  }
  return certificatesOf(path);
}

/**
 * The authority with its key.
 * @throws ConcheError CONCHE_CERTIFICATES_INVALID where the key is missing, locked or another's
 */
export async function openAuthority(
  layout: FolderLayout,
  chain: readonly X509Certificate[],
  settings: CertificateSettings,
  generation: number,
): Promise<PlantAuthority> {
  const [certificate] = chain;
  const chainPath = layout.authority("issuing.cert.pem", generation);
  if (certificate === undefined) throw invalid(chainPath, "it holds no certificate");
  if (!certificate.ca) throw invalid(chainPath, "its first certificate is not that of an authority");
  const path = settings.authorityKey ?? layout.authority("issuing.key.pem", generation);
  const key = await reading(path, () => readPrivateKey(path, settings.authorityPassphrase ?? undefined));
  if (!certificate.checkPrivateKey(key)) {
    throw invalid(path, `it is not the key of the authority in ${chainPath}`);
  }
  return { certificate, key, chain };
}

function certificatesOf(path: string): Promise<X509Certificate[]> {
  return reading(path, () => readCertificates(path));
}

async function reading<Content>(path: string, read: () => Promise<Content>): Promise<Content> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UnusableFile) throw invalid(path, error.message);
    throw error;
  }
}

function invalid(path: string, what: string): ConcheError {
  return new ConcheError("CONCHE_CERTIFICATES_INVALID", {
    message: `${path}: ${what}`,
    hint: "name the authority's key (--authority-key) and, where it is encrypted, its passphrase (--authority-passphrase-file)",
  });
}
