import type { X509Certificate } from "node:crypto";
import { stat } from "node:fs/promises";
import { type AccessDocument, DEFAULT_ACCESS, type DeskRole } from "../../access/access-document.ts";
import { placesOf } from "../../access/access-policy.ts";
import type { AuditTrail } from "../../access/audit.ts";
import { readClientIdentity } from "../../access/client-identity.ts";
import type { LoginRefusal, StandingLogin } from "../../access/http-logins.ts";
import { loadAccess } from "../../adapters/yaml/load-access.ts";
import type { Config } from "../../config/config-schema.ts";
import type { Plant } from "../../plant/plant.ts";
import type { ServerCertificates } from "./server-certificates.ts";

/** How often the access file is looked at, milliseconds. */
const LOOK_EVERY_MS = 1_000;

/**
 * Desks that log in over HTTP with their certificate, each with the role that the access file gives it. A change of the
 * file counts within a second; one that can't be used is said where the rules of the broker are read, and the roles from
 * before stay.
 */
export class DeskCertificates {
  readonly #certificates: ServerCertificates;
  readonly #audit: AuditTrail;
  readonly #timer: NodeJS.Timeout;
  #desks: NonNullable<AccessDocument["desks"]>;
  #stamp: string;

  private constructor(
    certificates: ServerCertificates,
    audit: AuditTrail,
    desks: NonNullable<AccessDocument["desks"]>,
    stamp: string,
    look: () => Promise<void>,
  ) {
    this.#certificates = certificates;
    this.#audit = audit;
    this.#desks = desks;
    this.#stamp = stamp;
    this.#timer = setInterval(() => void look(), LOOK_EVERY_MS).unref();
  }

  /**
   * Undefined where certificates log in nobody.
   * @throws ConcheError CONCHE_ACCESS_UNREADABLE, CONCHE_ACCESS_INVALID
   */
  static async open(
    { access: { file }, http }: Config,
    plant: Plant,
    certificates: ServerCertificates | undefined,
    audit: AuditTrail,
  ): Promise<DeskCertificates | undefined> {
    if (certificates === undefined || http.clientCa === null) return undefined;
    const read = async () =>
      (file === null ? DEFAULT_ACCESS : await loadAccess(file, placesOf(plant))).desks ?? {};
    const look = async () => {
      const stamp = await stampOf(file);
      if (stamp === made.#stamp) return;
      made.#stamp = stamp;
      await read().then(
        (desks) => made.#replace(desks),
        () => {},
      );
    };
    const stamp = await stampOf(file);
    const made: DeskCertificates = new DeskCertificates(certificates, audit, await read(), stamp, look);
    return made;
  }

  /** Who shows the certificate, whose chain Node has checked, and for how long that counts. */
  login(certificate: X509Certificate): StandingLogin | LoginRefusal {
    const verdict = this.#certificates.admit(certificate);
    if ("refusal" in verdict) return { refusal: verdict.refusal, limit: false };
    const identity = readClientIdentity(verdict.user);
    const name = identity?.kind === "desk" ? identity.name : undefined;
    const role = name === undefined ? undefined : this.#roleOf(name);
    if (name === undefined || role === undefined) {
      return { refusal: `${verdict.user} is no desk that the access rules know`, limit: false };
    }
    return {
      login: { name: verdict.user, role, by: "certificate" },
      endsMs: certificate.validToDate.getTime(),
      stands: () => !("refusal" in this.#certificates.admit(certificate)) && this.#roleOf(name) === role,
    };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #roleOf(name: string): DeskRole | undefined {
    return this.#desks[name]?.role;
  }

  #replace(desks: NonNullable<AccessDocument["desks"]>): void {
    for (const name of new Set([...Object.keys(this.#desks), ...Object.keys(desks)])) {
      const [before, now] = [this.#desks[name]?.role, desks[name]?.role];
      if (before === now) continue;
      this.#audit.record({
        kind: "role-changed",
        subject: `desk/${name}`,
        clientId: null,
        remote: null,
        object: "access file",
        detail: `${before ?? "none"} to ${now ?? "none"}`,
      });
    }
    this.#desks = desks;
  }
}

/** Another one when the file is another; a file that is gone has one, too. */
async function stampOf(file: string | null): Promise<string> {
  if (file === null) return "";
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  return found === undefined ? "gone" : `${found.mtimeNs}-${found.size}-${found.ino}`;
}
