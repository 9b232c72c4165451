import { X509Certificate } from "node:crypto";
import type { BrokerTls, CertificateVerdict, TlsMaterial } from "../../adapters/broker/broker-tls.ts";
import { certificateFiles, stampOf } from "../../adapters/credentials/certificate-files.ts";
import { UnusableFile } from "../../adapters/credentials/tls-files.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { ClientTrust, RevokedCertificate } from "./client-trust.ts";
import { type Expiry, expiryWarnings } from "./expiry.ts";

/** How often the files are looked at, milliseconds. */
const LOOK_EVERY_MS = 1_000;
/** How often it is said again that something ends soon. */
const SAY_AGAIN_MS = 86_400_000;

/** Where the certificates of a listener lie: settings of the embedded broker, or of the HTTP server. */
export interface ServerTlsSettings {
  readonly cert: string | null;
  readonly key: string | null;
  readonly keyPassphrase: string | null;
  readonly clientCa?: string | null;
  readonly crl?: string | null;
  readonly tlsVersion: string;
}

/** What a listener shows, and whom it trusts, read together so that they fit. */
interface Loaded {
  readonly material: TlsMaterial;
  readonly trust: ClientTrust | undefined;
  readonly expiries: readonly Expiry[];
}

/** What is told to people. */
export type CertificateNotice =
  | { readonly kind: "certificates-renewed"; readonly detail: string }
  | {
      readonly kind: "certificates-revoked";
      readonly detail: string;
      readonly revoked: readonly RevokedCertificate[];
    }
  | { readonly kind: "certificates-invalid"; readonly detail: string }
  | { readonly kind: "certificates-ending"; readonly detail: string };

/**
 * The certificates of the embedded broker, or of the HTTP server. The files are looked at every second and at SIGHUP; what is new and whole is
 * in use at once, without a restart. What can't be used is said, and what was good before stays.
 */
export class ServerCertificates implements BrokerTls {
  readonly #files: ServerFiles;
  readonly #onNotice: (notice: CertificateNotice) => void;
  #loaded: Loaded;
  #stamp: string;
  /** The state of the files that was found unusable, and how often: a copy that is half done is soon whole. */
  #bad: { readonly stamp: string; looks: number } | undefined;
  #looking = false;

  private constructor(
    files: ServerFiles,
    loaded: Loaded,
    stamp: string,
    onNotice: (notice: CertificateNotice) => void,
  ) {
    this.#files = files;
    this.#loaded = loaded;
    this.#stamp = stamp;
    this.#onNotice = onNotice;
  }

  /**
   * Reads the files that the configuration names; undefined where it names none.
   * @param settings what the names of the settings begin with
   * @throws ConcheError CONCHE_CONFIG_INVALID
   */
  static async load(
    { cert, key, keyPassphrase, clientCa, crl, tlsVersion }: ServerTlsSettings,
    onNotice: (notice: CertificateNotice) => void,
    settings: "mqtt" | "http" = "mqtt",
  ): Promise<ServerCertificates | undefined> {
    if (cert === null || key === null) return undefined;
    const files: ServerFiles = {
      cert,
      key,
      passphrase: keyPassphrase ?? undefined,
      clientCa: clientCa ?? undefined,
      crl: crl ?? undefined,
      oldestVersion: tlsVersion === "1.2" ? "TLSv1.2" : "TLSv1.3",
    };
    const stamp = stampOf(pathsOf(files));
    try {
      const certificates = new ServerCertificates(files, await load(files, undefined), stamp, onNotice);
      certificates.#warn();
      return certificates;
    } catch (error) {
      if (!(error instanceof UnusableFile)) throw error;
      throw new ConcheError("CONCHE_CONFIG_INVALID", {
        message: `${settings}-${error.role} = ${JSON.stringify(error.path)}: ${error.message}`,
      });
    }
  }

  material(): TlsMaterial {
    return this.#loaded.material;
  }

  admit(certificate: X509Certificate): CertificateVerdict {
    const verdict = this.#loaded.trust?.admit(certificate, Date.now());
    return verdict ?? { refusal: "no authority for clients' certificates is named" };
  }

  dismissal(certificate: X509Certificate): string | undefined {
    return this.#loaded.trust?.dismissal(certificate);
  }

  /** What ends, and when: for metrics and checks. */
  expiries(): readonly Expiry[] {
    return this.#loaded.expiries;
  }

  watch(changed: () => void): () => void {
    const look = () => {
      void this.#look(changed);
    };
    const looking = setInterval(look, LOOK_EVERY_MS).unref();
    const warning = setInterval(() => this.#warn(), SAY_AGAIN_MS).unref();
    process.on("SIGHUP", look);
    return () => {
      clearInterval(looking);
      clearInterval(warning);
      process.off("SIGHUP", look);
    };
  }

  async #look(changed: () => void): Promise<void> {
    const stamp = stampOf(pathsOf(this.#files));
    if (this.#looking || stamp === this.#stamp) return;
    this.#looking = true;
    try {
      const before = this.#loaded.trust;
      this.#loaded = await load(this.#files, before);
      this.#stamp = stamp;
      this.#bad = undefined;
      changed();
      this.#onNotice({
        kind: "certificates-renewed",
        detail: "new certificates and revocation lists are in use",
      });
      this.#tellRevoked(before);
      this.#warn();
    } catch (error) {
      this.#complain(stamp, error instanceof Error ? error.message : String(error));
    } finally {
      this.#looking = false;
    }
  }

  #complain(stamp: string, message: string): void {
    if (this.#bad?.stamp !== stamp) this.#bad = { stamp, looks: 0 };
    this.#bad.looks++;
    // Certificate and key are two files, and are never replaced in the same moment.
    if (this.#bad.looks !== 2) return;
    this.#onNotice({ kind: "certificates-invalid", detail: message });
  }

  #tellRevoked(before: ClientTrust | undefined): void {
    const revoked = before === undefined ? [] : (this.#loaded.trust?.revokedSince(before) ?? []);
    if (revoked.length === 0) return;
    const detail = `${revoked.length} more on the revocation list: ${revoked[0]?.serial}${revoked.length > 1 ? " …" : ""}`;
    this.#onNotice({ kind: "certificates-revoked", detail, revoked });
  }

  #warn(): void {
    for (const detail of expiryWarnings(this.#loaded.expiries, Date.now())) {
      this.#onNotice({ kind: "certificates-ending", detail });
    }
  }
}

interface ServerFiles {
  readonly cert: string;
  readonly key: string;
  readonly passphrase: string | undefined;
  readonly clientCa: string | undefined;
  readonly crl: string | undefined;
  readonly oldestVersion: TlsMaterial["oldestVersion"];
}

function pathsOf({ cert, key, clientCa, crl }: ServerFiles): string[] {
  return [cert, key, ...(clientCa === undefined ? [] : [clientCa]), ...(crl === undefined ? [] : [crl])];
}

/** @throws UnusableFile */
async function load(
  { cert, key, passphrase, clientCa, crl, oldestVersion }: ServerFiles,
  before: ClientTrust | undefined,
): Promise<Loaded> {
  const pems = certificateFiles({ cert, key, passphrase })();
  const own = String(pems.cert);
  // The library that reads revocation lists is loaded only where there are clients' certificates.
  const trust =
    clientCa === undefined
      ? undefined
      : await (await import("./client-trust.ts")).ClientTrust.read(clientCa, crl, before);
  const endsMs = new X509Certificate(own).validToDate.getTime();
  return {
    material: { cert: own, key: String(pems.key), clientCa: trust?.ca, oldestVersion },
    trust,
    expiries: [{ what: "certificate", path: cert, endsMs }, ...(trust?.expiries ?? [])],
  };
}
