import { identityKindOf } from "../../access/certificate-identity.ts";
import { type IssuedCertificate, newestByName } from "../../access/provision-plan.ts";
import type { Listing } from "../../adapters/terminal/listing.ts";

const DAY_MS = 86_400_000;

/** A day as people write it down. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** What holds for a certificate now. */
type CertificateState = "valid" | "expired" | "revoked" | "replaced";

/** Certificates as a list for people, programs and spreadsheets. */
export function certificateListing(
  certificates: readonly IssuedCertificate[],
  all: readonly IssuedCertificate[],
  nowMs: number,
  verdict?: string,
): Listing<IssuedCertificate> {
  const newest = newestByName(all);
  const stateOf = (one: IssuedCertificate): CertificateState => {
    if (one.revokedMs !== undefined) return "revoked";
    if (one.notAfterMs <= nowMs) return "expired";
    return newest.get(one.name)?.serial === one.serial ? "valid" : "replaced";
  };
  const daysLeft = ({ notAfterMs }: IssuedCertificate) => Math.floor((notAfterMs - nowMs) / DAY_MS);
  return {
    name: "certificates",
    rows: certificates,
    columns: [
      { title: "name", flexible: true, cell: ({ name }) => name },
      { title: "kind", cell: ({ name }) => identityKindOf(name) ?? "?" },
      {
        title: "state",
        cell: (one) => {
          const state = stateOf(one);
          const style = { valid: "green", replaced: "dim", expired: "red", revoked: "red" } as const;
          return { text: state, style: style[state] };
        },
      },
      { title: "until", cell: ({ notAfterMs }) => dayOf(notAfterMs) },
      { title: "days left", align: "right", cell: daysLeft },
      { title: "serial", cell: ({ serial }) => serial },
    ],
    fields: (one) => ({
      name: one.name,
      kind: identityKindOf(one.name) ?? null,
      state: stateOf(one),
      notBefore: new Date(one.notBeforeMs).toISOString(),
      notAfter: new Date(one.notAfterMs).toISOString(),
      revoked: one.revokedMs === undefined ? null : new Date(one.revokedMs).toISOString(),
      hosts: one.hosts.join(" "),
      serial: one.serial,
    }),
    ...(verdict === undefined ? {} : { verdict }),
  };
}
