import { identityKindOf } from "./certificate-identity.ts";

/** Somebody who is to have a certificate. */
export interface WantedCertificate {
  /** The common name, see {@link identityKindOf}. */
  readonly name: string;
  /** Host names and addresses of a server; of a client none. Undefined: those it has. */
  readonly hosts?: readonly string[] | undefined;
}

/** A certificate that an authority has issued, and what became of it. */
export interface IssuedCertificate {
  readonly name: string;
  /** Hexadecimal. */
  readonly serial: string;
  /** The order in which they were issued. */
  readonly order: number;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly hosts: readonly string[];
  /** Subject of the authority that has issued it. */
  readonly issuer: string;
  readonly revokedMs: number | undefined;
}

/** Why a certificate is issued. */
export type IssueReason = "new" | "hosts" | "expired" | "rotated";

/** What a run has to do, and what it leaves as it is. */
export interface ProvisionPlan {
  readonly issue: readonly (WantedCertificate & { readonly why: IssueReason })[];
  /** Names whose certificate stays. */
  readonly kept: readonly string[];
  /** Names that are wanted and revoked: whoever revoked them decides when they come back. */
  readonly revoked: readonly string[];
  /** Machines with a valid certificate that the plant no longer has. */
  readonly strangers: readonly string[];
}

/**
 * What has to be issued so that everybody wanted has a certificate. Nobody gets a second one while the first is good;
 * nobody who was revoked gets one by the way.
 */
export function provisionPlan(
  wanted: readonly WantedCertificate[],
  issued: readonly IssuedCertificate[],
  nowMs: number,
): ProvisionPlan {
  const newest = newestByName(issued);
  const issue: (WantedCertificate & { readonly why: IssueReason })[] = [];
  const kept: string[] = [];
  const revoked: string[] = [];
  for (const { name, hosts } of wanted) {
    const last = newest.get(name);
    const why = reasonFor(last, hosts, nowMs);
    if (last !== undefined && last.revokedMs !== undefined) revoked.push(name);
    else if (why === undefined) kept.push(name);
    else issue.push({ name, hosts: hosts ?? last?.hosts ?? [], why });
  }
  const names = new Set(wanted.map(({ name }) => name));
  const strangers = [...newest.values()].filter(
    ({ name, revokedMs, notAfterMs }) =>
      !names.has(name) && identityKindOf(name) === "machine" && revokedMs === undefined && notAfterMs > nowMs,
  );
  return { issue, kept, revoked, strangers: strangers.map(({ name }) => name) };
}

/** The certificate that counts for each name: the one issued last. */
export function newestByName(issued: readonly IssuedCertificate[]): ReadonlyMap<string, IssuedCertificate> {
  const newest = new Map<string, IssuedCertificate>();
  for (const certificate of issued) {
    const known = newest.get(certificate.name);
    if (known === undefined || known.order < certificate.order) newest.set(certificate.name, certificate);
  }
  return newest;
}

/** The ones that count and have expired within the time, or before; the soonest first. */
export function expiringWithin(
  issued: readonly IssuedCertificate[],
  withinMs: number,
  nowMs: number,
): readonly IssuedCertificate[] {
  return [...newestByName(issued).values()]
    .filter(({ revokedMs, notAfterMs }) => revokedMs === undefined && notAfterMs <= nowMs + withinMs)
    .sort((a, b) => a.notAfterMs - b.notAfterMs || (a.name < b.name ? -1 : 1));
}

/** Names whose certificate counts and comes from another authority than this one. */
export function issuedByOthers(
  issued: readonly IssuedCertificate[],
  issuer: string,
  nowMs: number,
): readonly string[] {
  return [...newestByName(issued).values()]
    .filter((one) => one.issuer !== issuer && one.revokedMs === undefined && one.notAfterMs > nowMs)
    .map(({ name }) => name);
}

/** Every certificate of a name that somebody could still connect with. */
export function stillValid(
  issued: readonly IssuedCertificate[],
  name: string,
  nowMs: number,
): readonly IssuedCertificate[] {
  return issued.filter((one) => one.name === name && one.revokedMs === undefined && one.notAfterMs > nowMs);
}

function reasonFor(
  last: IssuedCertificate | undefined,
  hosts: readonly string[] | undefined,
  nowMs: number,
): IssueReason | undefined {
  if (last === undefined) return "new";
  if (last.notAfterMs <= nowMs) return "expired";
  return hosts !== undefined && !sameSet(hosts, last.hosts) ? "hosts" : undefined;
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const [left, right] = [new Set(a), new Set(b)];
  return left.size === right.size && [...left].every((item) => right.has(item));
}
