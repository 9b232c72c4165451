import type { X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { messageOf } from "../../errors/conche-error.ts";
import type { ClientTls, TlsPems } from "../../mqtt/client-tls.ts";
import { certificatesIn, privateKeyIn, UnusableFile } from "./tls-files.ts";

/** The files of a client, PEM or DER. */
export interface CertificateFileNames {
  /** Authorities that the broker's certificate is checked with; those that Node knows when left out. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Of an encrypted key. */
  readonly passphrase?: string | undefined;
}

/**
 * Certificates from files that may be replaced at any time: each connection gets what stands in them then. Where a
 * change can't be used (a copy that is half done, a key that does not fit yet), what was good before stays in use until
 * the files change again.
 * @throws UnusableFile where they can't be used now
 */
export function certificateFiles(names: CertificateFileNames): ClientTls {
  let stamp = stampOf(names);
  let pems = read(names);
  return () => {
    const now = stampOf(names);
    if (now === stamp) return pems;
    try {
      pems = read(names);
      stamp = now;
    } catch {
      // Tried again at the next connection.
    }
    return pems;
  };
}

function read({ ca, cert, key, passphrase }: CertificateFileNames): TlsPems {
  const authorities = named("ca", ca, certificatesIn);
  const own = named("cert", cert, certificatesIn);
  const privateKey = named("key", key, (bytes) => privateKeyIn(bytes, passphrase));
  if (own?.[0] !== undefined && privateKey !== undefined && !own[0].checkPrivateKey(privateKey)) {
    throw new UnusableFile(`it is not the key of the certificate in ${cert}`, "key", key);
  }
  return {
    ca: pemOf(authorities),
    cert: pemOf(own),
    key: privateKey?.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function named<Content>(
  role: string,
  path: string | undefined,
  parse: (bytes: Buffer) => Content,
): Content | undefined {
  if (path === undefined) return undefined;
  try {
    return parse(readFileSync(path));
  } catch (error) {
    const what =
      error instanceof UnusableFile ? error.message : `the file can't be read: ${messageOf(error)}`;
    throw new UnusableFile(what, role, path);
  }
}

function pemOf(certificates: readonly X509Certificate[] | undefined): string | undefined {
  return certificates?.map(String).join("");
}

/** Another one when a file is another: replaced, written to, or gone. */
export function stampOf(names: CertificateFileNames | readonly string[]): string {
  const paths = Array.isArray(names) ? names : Object.values({ ...names, passphrase: undefined });
  return paths
    .map((path) => {
      const found = path === undefined ? undefined : statSync(path, { bigint: true, throwIfNoEntry: false });
      return found === undefined ? "" : `${found.mtimeNs}-${found.size}-${found.ino}`;
    })
    .join();
}
