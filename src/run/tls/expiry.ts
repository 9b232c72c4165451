/** Something that ends: a certificate, an authority, a revocation list. */
export interface Expiry {
  /** Few and fixed, for metrics. */
  readonly what: "certificate" | "client-ca" | "crl";
  readonly path: string;
  readonly endsMs: number;
}

const DAY_MS = 86_400_000;
/** Somebody has to make another one, and to carry it to its place. */
export const WARN_BEFORE_MS = 30 * DAY_MS;

/** What ends soon or has ended, in a line each. */
export function expiryWarnings(expiries: readonly Expiry[], nowMs: number): string[] {
  return expiries
    .filter(({ endsMs }) => endsMs <= nowMs + WARN_BEFORE_MS)
    .map((one) => expiryText(one, nowMs));
}

function expiryText({ what, path, endsMs }: Expiry, nowMs: number): string {
  const day = new Date(endsMs).toISOString();
  const ended = endsMs <= nowMs;
  const left = Math.floor((endsMs - nowMs) / DAY_MS);
  const when = ended ? `has ended at ${day}` : `ends at ${day}, in ${left} day${left === 1 ? "" : "s"}`;
  switch (what) {
    case "certificate":
      return `the server's certificate ${path} ${when}: ${ended ? "clients refuse it" : "clients will refuse it then"}; conche provision rotate`;
    case "client-ca":
      return `an authority in ${path} ${when}: ${ended ? "its clients are not let in" : "its clients will not be let in then"}`;
    case "crl":
      return `a revocation list in ${path} ${when}: ${ended ? "nobody is let in" : "nobody will be let in then"}; conche provision crl`;
  }
}
