import { identityKindOf } from "../../access/certificate-identity.ts";
import {
  type IssuedCertificate,
  issuedByOthers,
  newestByName,
  stillValid,
} from "../../access/provision-plan.ts";
import { writeOwnedFile } from "../../adapters/host/owned-files.ts";
import type { RevocationReason } from "../../adapters/x509/revocation-list.ts";
import { signCertificate } from "../../adapters/x509/sign-certificate.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { suggestion } from "../../errors/nearest-name.ts";
import { type CertificateSettings, validity } from "./certificate-settings.ts";
import { FolderLayout } from "./folder-layout.ts";
import { addIssued, readIssued, textOf } from "./issued-files.ts";
import { type CurrentList, IssuingAuthority } from "./issuing-authority.ts";
import { keyPem, makeAuthority, newKeys } from "./plant-authority.ts";
import { FOLDER_README, identityReadme } from "./readme-texts.ts";
import { makeNextAuthority } from "./renew-authority.ts";
import { hasSigningKey, newSigningKey, publishTrustedKeys } from "./signing-files.ts";

/** A folder of `conche provision`: an authority, what it has issued, what it has revoked. */
export class CertificateFolder {
  readonly layout: FolderLayout;
  readonly #settings: CertificateSettings;
  /** The one that issues. */
  #newest: IssuingAuthority;
  /** Those before it that are still trusted, the newest first. */
  #older: readonly IssuingAuthority[];
  #retired: readonly IssuingAuthority[];
  #issued: readonly IssuedCertificate[] = [];

  private constructor(
    layout: FolderLayout,
    settings: CertificateSettings,
    newest: IssuingAuthority,
    older: readonly IssuingAuthority[],
  ) {
    this.layout = layout;
    this.#settings = settings;
    this.#newest = newest;
    this.#older = older.filter(({ retired }) => !retired);
    this.#retired = older.filter(({ retired }) => retired);
  }

  /**
   * Opens a folder that there is.
   * @throws ConcheError CONCHE_CERTIFICATES_MISSING, CONCHE_CERTIFICATES_INVALID
   */
  static async open(settings: CertificateSettings): Promise<CertificateFolder> {
    const layout = new FolderLayout(settings.folder);
    const [newest, ...older] = await IssuingAuthority.all(layout, settings);
    if (newest === undefined) {
      throw new ConcheError("CONCHE_CERTIFICATES_MISSING", {
        message: `there is no authority in ${settings.folder}`,
      });
    }
    const folder = new CertificateFolder(layout, settings, newest, older);
    await folder.#readIssued();
    return folder;
  }

  /**
   * Opens a folder, or makes one with its authority.
   * @param organization what the authorities' names begin with
   * @returns the folder, and whether its authority is new
   */
  static async openOrMake(settings: CertificateSettings, organization: string, nowMs: number) {
    const layout = new FolderLayout(settings.folder);
    const made = (await IssuingAuthority.all(layout, settings)).length === 0;
    if (made) {
      await makeAuthority(layout, settings, organization, nowMs);
      await writeOwnedFile(layout.readme, FOLDER_README);
    }
    return { folder: await CertificateFolder.open(settings), made };
  }

  get issued(): readonly IssuedCertificate[] {
    return this.#issued;
  }

  /** What was revoked, by whichever authority, and until when all of the lists are good. */
  get list(): CurrentList {
    const lists = this.#authorities.map(({ list }) => list);
    return {
      number: this.#newest.list.number,
      nextUpdateMs: Math.min(...lists.map(({ nextUpdateMs }) => nextUpdateMs)),
      revocations: lists.flatMap(({ revocations }) => revocations),
    };
  }

  /** When the issuing authority itself ends. */
  get authorityEndsMs(): number {
    return this.#newest.endsMs;
  }

  /** Who still has a certificate of an authority that was renewed. */
  ofOlderAuthority(nowMs: number): readonly string[] {
    return issuedByOthers(this.#issued, this.#newest.subject, nowMs);
  }

  get #authorities(): readonly IssuingAuthority[] {
    return [this.#newest, ...this.#older];
  }

  /**
   * Makes another issuing authority beside the one there is. From now on it issues; both are trusted, by everybody whose
   * folder is copied, until {@link retireAuthorities}.
   * @param rootFolder where the root's certificate and key were brought back to
   * @throws ConcheError CONCHE_CERTIFICATES_INVALID, CONCHE_OUTPUT_UNWRITABLE
   */
  async renewAuthority(rootFolder: string, nowMs: number): Promise<void> {
    await makeNextAuthority(this.layout, this.#settings, this.#newest, rootFolder, nowMs);
    const [newest, ...older] = await IssuingAuthority.all(this.layout, this.#settings);
    this.#newest = newest ?? this.#newest;
    this.#older = older.filter(({ retired }) => !retired);
    await this.renewList(nowMs);
  }

  /**
   * From now on nobody trusts the authorities before the newest: whoever still shows a certificate of theirs is cut off.
   * @returns how many they were
   * @throws ConcheError CONCHE_AUTHORITY_IN_USE where somebody's newest certificate is one of theirs
   */
  async retireAuthorities(nowMs: number): Promise<number> {
    const names = this.ofOlderAuthority(nowMs);
    if (names.length > 0) {
      throw new ConcheError("CONCHE_AUTHORITY_IN_USE", {
        message: `${names.length} certificates are still of the authority before: ${names.slice(0, 5).join(", ")}${names.length > 5 ? " …" : ""}`,
      });
    }
    const retired = this.#older;
    const told = `${new Date(nowMs).toISOString()}\n`;
    for (const { generation } of retired)
      await writeOwnedFile(this.layout.authority("retired", generation), told);
    this.#older = [];
    this.#retired = [...retired, ...this.#retired];
    await this.publishList();
    return retired.length;
  }

  /**
   * Issues a certificate with a new key and puts both into the identity's folder; what it had before stays valid. A data
   * center gets a new key to sign with, too: {@link publishKeys} tells the others.
   * @throws ConcheError CONCHE_CERTIFICATES_INVALID, CONCHE_OUTPUT_UNWRITABLE
   */
  async issue(name: string, hosts: readonly string[], nowMs: number): Promise<IssuedCertificate> {
    const authority = await this.#newest.opened();
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
    let revoked = 0;
    for (const authority of this.#authorities) {
      const own = certificates.filter(({ issuer }) => issuer === authority.subject);
      if (own.length === 0) continue;
      await authority.signList(
        own.map(({ serial }) => ({ serial, atMs: nowMs, reason })),
        nowMs,
      );
      revoked += own.length;
    }
    if (revoked > 0) await this.#listsSigned(nowMs);
    return revoked;
  }

  /** Signs the lists anew, so that they last longer. */
  async renewList(nowMs: number): Promise<void> {
    for (const authority of this.#authorities) await authority.signList([], nowMs);
    await this.#listsSigned(nowMs);
  }

  /** Brings everybody's folder up to the newest lists and authorities, wherever a run was cut short. */
  async publishList(): Promise<void> {
    const { layout } = this;
    const lists = this.#authorities.map(({ generation }) => layout.authority("issuing.crl.pem", generation));
    const texts = await Promise.all([...lists, layout.rootCrl].map(textOf));
    const names = [...newestByName(this.#issued).keys()];
    const servers = names.filter((name) => identityKindOf(name) === "server");
    // The lists first: an authority that is trusted has its list then.
    await bringUp([layout.crl, ...servers.map((name) => layout.identity(name, "crl.pem"))], texts.join(""));
    await bringUp([layout.ca, ...names.map((name) => layout.identity(name, "ca.pem"))], this.#trusted());
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
    // The key first: for a moment it does not fit, which whoever watches the files waits out.
    await writeOwnedFile(layout.identity(name, "key.pem"), key);
    await writeOwnedFile(layout.identity(name, "cert.pem"), cert + this.#newest.intermediates);
    await writeOwnedFile(layout.identity(name, "ca.pem"), this.#trusted());
    await writeOwnedFile(layout.identity(name, "README.md"), identityReadme(name, notAfterMs));
  }

  /** The authorities that are trusted, and those above them. */
  #trusted(): string {
    return [...new Set(this.#authorities.flatMap(({ chain }) => chain.map(String)))].join("");
  }

  async #listsSigned(nowMs: number): Promise<void> {
    await this.#readIssued();
    await this.publishList();
    await this.publishKeys(nowMs);
  }

  async #readIssued(): Promise<void> {
    // Who was revoked stays revoked, also when nobody trusts the authority any more that did it.
    const lists = [...this.#authorities, ...this.#retired].flatMap(({ list }) => list.revocations);
    this.#issued = await readIssued(this.layout.issued, lists);
  }
}

async function bringUp(paths: readonly string[], content: string): Promise<void> {
  for (const path of paths) if ((await textOf(path)) !== content) await writeOwnedFile(path, content);
}
