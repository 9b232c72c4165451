import type { X509Certificate } from "node:crypto";
import { writeOwnedFile } from "../../adapters/host/owned-files.ts";
import {
  type Revocation,
  readRevocationLists,
  signRevocationList,
} from "../../adapters/x509/revocation-list.ts";
import { ConcheError, messageOf } from "../../errors/conche-error.ts";
import type { CertificateSettings } from "./certificate-settings.ts";
import type { FolderLayout } from "./folder-layout.ts";
import { textOf } from "./issued-files.ts";
import { authorityChain, openAuthority, type PlantAuthority } from "./plant-authority.ts";

/** A revocation list as it stands. */
export interface CurrentList {
  readonly number: number;
  readonly nextUpdateMs: number;
  readonly revocations: readonly Revocation[];
}

const NO_LIST: CurrentList = { number: 0, nextUpdateMs: 0, revocations: [] };
/** Lists are begun a little in the past: whoever reads one may have a clock that is behind. */
const LIST_BACKDATED_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * One of the authorities that have issued certificates of a folder, with its list. They follow one another: 1, 2, 3 …;
 * each keeps its key for as long as it is trusted, because nobody else can revoke what it has issued.
 */
export class IssuingAuthority {
  readonly generation: number;
  /** Its certificate and those above it, the nearest first. */
  readonly chain: readonly X509Certificate[];
  /** Nobody trusts it any more; what it has revoked stays known. */
  readonly retired: boolean;
  readonly #layout: FolderLayout;
  readonly #settings: CertificateSettings;
  #opened: PlantAuthority | undefined;
  #list: CurrentList;

  private constructor(
    layout: FolderLayout,
    settings: CertificateSettings,
    generation: number,
    chain: readonly X509Certificate[],
    list: CurrentList,
    retired: boolean,
  ) {
    this.#layout = layout;
    this.#settings = settings;
    this.generation = generation;
    this.chain = chain;
    this.#list = list;
    this.retired = retired;
  }

  /**
   * All there ever were, the newest first; none where there is no authority yet.
   * @throws ConcheError CONCHE_CERTIFICATES_INVALID
   */
  static async all(layout: FolderLayout, settings: CertificateSettings): Promise<IssuingAuthority[]> {
    const found: IssuingAuthority[] = [];
    for (let generation = 1; ; generation++) {
      const chain = await authorityChain(layout, generation);
      if (chain === undefined) return found;
      const retired = (await textOf(layout.authority("retired", generation))) !== "";
      const list = await readList(layout.authority("issuing.crl.pem", generation), chain[0]);
      found.unshift(new IssuingAuthority(layout, settings, generation, chain, list, retired));
    }
  }

  get list(): CurrentList {
    return this.#list;
  }

  get certificate(): X509Certificate | undefined {
    return this.chain[0];
  }

  /** As its certificates name it. */
  get subject(): string {
    return this.certificate?.subject ?? "";
  }

  get endsMs(): number {
    return this.certificate?.validToDate.getTime() ?? 0;
  }

  /** With its key. @throws ConcheError CONCHE_CERTIFICATES_INVALID */
  async opened(): Promise<PlantAuthority> {
    this.#opened ??= await openAuthority(this.#layout, this.chain, this.#settings, this.generation);
    return this.#opened;
  }

  /**
   * Signs its list anew, with what was revoked before and now.
   * @throws ConcheError CONCHE_CERTIFICATES_INVALID, CONCHE_OUTPUT_UNWRITABLE
   */
  async signList(added: readonly Revocation[], nowMs: number): Promise<void> {
    const list = {
      number: this.#list.number + 1,
      thisUpdateMs: nowMs - LIST_BACKDATED_MS,
      nextUpdateMs: nowMs + this.#settings.crlDays * DAY_MS,
      revocations: [...this.#list.revocations, ...added],
    };
    const path = this.#layout.authority("issuing.crl.pem", this.generation);
    await writeOwnedFile(path, signRevocationList(list, await this.opened()));
    this.#list = list;
  }

  /** What stands between a certificate and the root: who checks it may know the root only. */
  get intermediates(): string {
    return this.chain
      .filter((certificate) => !certificate.checkIssued(certificate))
      .map(String)
      .join("");
  }
}

async function readList(path: string, authority: X509Certificate | undefined): Promise<CurrentList> {
  const text = await textOf(path);
  if (text === "") return NO_LIST;
  try {
    const [list] = readRevocationLists(Buffer.from(text));
    if (list === undefined || authority === undefined || !list.signedBy(authority)) {
      throw new Error("the authority has not signed it");
    }
    return { ...list, nextUpdateMs: list.nextUpdateMs ?? 0 };
  } catch (cause) {
    // Signing another one over it would give everybody back who was revoked.
    throw new ConcheError("CONCHE_CERTIFICATES_INVALID", {
      message: `${path}: ${messageOf(cause)}`,
      hint: "put the file back from a backup: it says who was revoked",
      cause,
    });
  }
}
