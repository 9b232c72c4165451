import type { X509Certificate } from "node:crypto";
import { identityKindOf } from "../../access/certificate-identity.ts";
import { type IssuedCertificate, newestByName, stillValid } from "../../access/provision-plan.ts";
import { writeOwnedFile } from "../../adapters/host/owned-files.ts";
import {
  type Revocation,
  type RevocationReason,
  readRevocationLists,
  signRevocationList,
} from "../../adapters/x509/revocation-list.ts";
import { signCertificate } from "../../adapters/x509/sign-certificate.ts";
import { ConcheError, messageOf } from "../../errors/conche-error.ts";
import { suggestion } from "../../errors/nearest-name.ts";
import { type CertificateSettings, validity } from "./certificate-settings.ts";
import { FolderLayout } from "./folder-layout.ts";
import { addIssued, readIssued, textOf } from "./issued-files.ts";
import {
  authorityChain,
  keyPem,
  makeAuthority,
  newKeys,
  openAuthority,
  type PlantAuthority,
} from "./plant-authority.ts";
import { FOLDER_README, identityReadme } from "./readme-texts.ts";
import { hasSigningKey, newSigningKey, publishTrustedKeys } from "./signing-files.ts";

/** The revocation list as it stands. */
export interface CurrentList {
  readonly number: number;
  readonly nextUpdateMs: number;
  readonly revocations: readonly Revocation[];
}

const NO_LIST: CurrentList = { number: 0, nextUpdateMs: 0, revocations: [] };
/** Lists are begun a little in the past: whoever reads one may have a clock that is behind. */
const LIST_BACKDATED_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** A folder of `conche provision`: an authority, what it has issued, what it has revoked. */
export class CertificateFolder {
  readonly layout: FolderLayout;
  readonly #settings: CertificateSettings;
  readonly #chain: readonly X509Certificate[];
  #authority: PlantAuthority | undefined;
  #issued: readonly IssuedCertificate[] = [];
  #list: CurrentList = NO_LIST;

  private constructor(
    layout: FolderLayout,
    settings: CertificateSettings,
    chain: readonly X509Certificate[],
  ) {
    this.layout = layout;
    this.#settings = settings;
    this.#chain = chain;
  }

  /**
   * Opens a folder that there is.
   * @throws ConcheError CONCHE_CERTIFICATES_MISSING, CONCHE_CERTIFICATES_INVALID
   */
  static async open(settings: CertificateSettings): Promise<CertificateFolder> {
    const layout = new FolderLayout(settings.folder);
    const chain = await authorityChain(layout);
    if (chain === undefined) {
      throw new ConcheError("CONCHE_CERTIFICATES_MISSING", {
        message: `there is no authority in ${settings.folder}`,
      });
    }
    const folder = new CertificateFolder(layout, settings, chain);
    await folder.#read();
    return folder;
  }

  /**
   * Opens a folder, or makes one with its authority.
   * @param organization what the authorities' names begin with
   * @returns the folder, and whether its authority is new
   */
  static async openOrMake(settings: CertificateSettings, organization: string, nowMs: number) {
    const layout = new FolderLayout(settings.folder);
    const made = (await authorityChain(layout)) === undefined;
    if (made) {
      await makeAuthority(layout, settings, organization, nowMs);
      await writeOwnedFile(layout.readme, FOLDER_README);
    }
    return { folder: await CertificateFolder.open(settings), made };
  }

  get issued(): readonly IssuedCertificate[] {
    return this.#issued;
  }

  get list(): CurrentList {
    return this.#list;
  }

  /** When the issuing authority itself ends. */
  get authorityEndsMs(): number {
    return this.#chain[0]?.validToDate.getTime() ?? 0;
  }

  /**
   * Issues a certificate with a new key and puts both into the identity's folder; what it had before stays valid. A data
   * center gets a new key to sign with, too: {@link publishKeys} tells the others.
   * @throws ConcheError CONCHE_CERTIFICATES_INVALID, CONCHE_OUTPUT_UNWRITABLE
   */
  async issue(name: string, hosts: readonly string[], nowMs: number): Promise<IssuedCertificate> {
    const authority = await this.#opened();
    const isServer = identityKindOf(name) === "server";
    const { clientDays, serverDays, identityPassphrase } = this.#settings;
    const lasting = validity(isServer ? serverDays : clientDays, nowMs, this.authorityEndsMs);
    const keys = newKeys();
    const pem = signCertificate(
      {
        commonName: name,
        publicKey: keys.publicKey,
        use: isServer ? "server" : "client",
        hosts,
        ...lasting,
      },
      authority,
    );
    // A folder without an entry is made again by the next run; an entry without a folder would be a certificate lost.
    await this.#writeIdentity(name, pem, keyPem(keys.privateKey, identityPassphrase), lasting.notAfterMs);
    if (identityKindOf(name) === "datacenter") await newSigningKey(this.layout, name, identityPassphrase);
    const order = (this.#issued.at(-1)?.order ?? 0) + 1;
    const issued = await addIssued(this.layout.issued, order, pem);
    this.#issued = [...this.#issued, issued];
    return issued;
  }

  /** Puts every valid certificate of the name on the list, and signs a new one. @returns how many were revoked */
  async revoke(name: string, reason: RevocationReason, nowMs: number): Promise<number> {
    this.known(name);
    return this.revokeCertificates(stillValid(this.#issued, name, nowMs), reason, nowMs);
  }

  async revokeCertificates(
    certificates: readonly IssuedCertificate[],
    reason: RevocationReason,
    nowMs: number,
  ): Promise<number> {
    if (certificates.length === 0) return 0;
    const added = certificates.map(({ serial }) => ({ serial, atMs: nowMs, reason }));
    await this.#signList([...this.#list.revocations, ...added], nowMs);
    return added.length;
  }

  /** Signs the list anew, so that it lasts longer. */
  async renewList(nowMs: number): Promise<void> {
    await this.#signList(this.#list.revocations, nowMs);
  }

  /** Brings servers' folders and the top of the folder up to the newest list, wherever a run was cut short. */
  async publishList(): Promise<void> {
    const list = (await textOf(this.layout.issuingCrl)) + (await textOf(this.layout.rootCrl));
    const servers = [...newestByName(this.#issued).keys()].filter(
      (name) => identityKindOf(name) === "server",
    );
    for (const path of [this.layout.crl, ...servers.map((name) => this.layout.identity(name, "crl.pem"))]) {
      if ((await textOf(path)) !== list) await writeOwnedFile(path, list);
    }
    const ca = this.#chain.map(String).join("");
    if ((await textOf(this.layout.ca)) !== ca) await writeOwnedFile(this.layout.ca, ca);
  }

  /** Tells everybody with which keys the data centers sign, those that have a certificate that counts. */
  async publishKeys(nowMs: number): Promise<void> {
    const names = [...newestByName(this.#issued).keys()];
    const signers = names.filter(
      (name) => identityKindOf(name) === "datacenter" && stillValid(this.#issued, name, nowMs).length > 0,
    );
    for (const name of signers) {
      if (await hasSigningKey(this.layout, name)) continue;
      await newSigningKey(this.layout, name, this.#settings.identityPassphrase);
    }
    const others = names.filter((name) => !signers.includes(name));
    await publishTrustedKeys(this.layout, signers, others);
  }

  /** @throws ConcheError CONCHE_IDENTITY_UNKNOWN */
  known(name: string): IssuedCertificate {
    const newest = newestByName(this.#issued);
    const found = newest.get(name);
    if (found !== undefined) return found;
    throw new ConcheError("CONCHE_IDENTITY_UNKNOWN", {
      message: `nobody called ${name} has a certificate in ${this.layout.folder}${suggestion(name, [...newest.keys()])}`,
    });
  }

  async #writeIdentity(name: string, cert: string, key: string, notAfterMs: number): Promise<void> {
    const { layout } = this;
    const chain = this.#chain.map(String).join("");
    // The key first: for a moment it does not fit, which whoever watches the files waits out.
    await writeOwnedFile(layout.identity(name, "key.pem"), key);
    await writeOwnedFile(layout.identity(name, "cert.pem"), cert + this.#intermediates());
    await writeOwnedFile(layout.identity(name, "ca.pem"), chain);
    await writeOwnedFile(layout.identity(name, "README.md"), identityReadme(name, notAfterMs));
  }

  /** What stands between a certificate and the root: who checks it may know the root only. */
  #intermediates(): string {
    return this.#chain
      .filter((certificate) => !certificate.checkIssued(certificate))
      .map(String)
      .join("");
  }

  async #signList(revocations: readonly Revocation[], nowMs: number): Promise<void> {
    const authority = await this.#opened();
    const nextUpdateMs = nowMs + this.#settings.crlDays * DAY_MS;
    const number = this.#list.number + 1;
    const list = { number, thisUpdateMs: nowMs - LIST_BACKDATED_MS, nextUpdateMs, revocations };
    await writeOwnedFile(this.layout.issuingCrl, signRevocationList(list, authority));
    this.#list = list;
    this.#issued = await readIssued(this.layout.issued, revocations);
    await this.publishList();
    await this.publishKeys(nowMs);
  }

  async #opened(): Promise<PlantAuthority> {
    this.#authority ??= await openAuthority(this.layout, this.#chain, this.#settings);
    return this.#authority;
  }

  async #read(): Promise<void> {
    const bytes = await textOf(this.layout.issuingCrl);
    if (bytes !== "") this.#list = this.#listIn(bytes);
    this.#issued = await readIssued(this.layout.issued, this.#list.revocations);
  }

  #listIn(text: string): CurrentList {
    const [authority] = this.#chain;
    try {
      const [list] = readRevocationLists(Buffer.from(text));
      if (list === undefined || authority === undefined || !list.signedBy(authority)) {
        throw new Error("the authority has not signed it");
      }
      return { ...list, nextUpdateMs: list.nextUpdateMs ?? 0 };
    } catch (cause) {
      // Signing another one over it would give everybody back who was revoked.
      throw new ConcheError("CONCHE_CERTIFICATES_INVALID", {
        message: `${this.layout.issuingCrl}: ${messageOf(cause)}`,
        hint: "put the file back from a backup: it says who was revoked",
        cause,
      });
    }
  }
}
