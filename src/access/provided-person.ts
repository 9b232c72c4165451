import { ConcheError } from "../errors/conche-error.ts";
import { DESK_ROLES, type DeskRole } from "./access-document.ts";

/** Somebody whom the plant's identity provider vouched for, as it said when they logged in. */
export interface ProvidedPerson {
  /** Of the settings by which name and role were found: under others the login counts no longer. */
  readonly under: string;
  /** Who it is, for ever, within their issuer. */
  readonly subject: string;
  readonly name: string;
  readonly role: DeskRole;
}

/** What a provider says of somebody: claims of the ID token and of its userinfo endpoint. */
export type Claims = Readonly<Record<string, unknown>>;

/** Which claims say who it is, and what they may. */
export interface ClaimRules {
  /** Where the values stand that a role follows from, as `realm_access.roles`. */
  readonly roleClaim: string;
  /** The role that each value gives. */
  readonly roles: ReadonlyMap<string, DeskRole>;
  /** Where the name stands; undefined: in the first of {@link NAME_CLAIMS} that there is. */
  readonly nameClaim: string | undefined;
}

/** Where a name is looked for, in this order (OpenID Connect Core 1.0, section 5.1). */
const NAME_CLAIMS = ["preferred_username", "name"];
/** As long as the names of tokens. */
const LONGEST_NAME = 80;
/** Of what a claim held, shown to whoever has to set the mapping right. */
const SHOWN_VALUES = 10;

/**
 * The claim at a path of names with dots between them. A name may have dots itself (`https://plant.example/roles`): the
 * longest one that there is counts.
 */
export function claimAt(claims: unknown, path: string): unknown {
  if (typeof claims !== "object" || claims === null || Array.isArray(claims)) return undefined;
  if (Object.hasOwn(claims, path)) return Reflect.get(claims, path);
  for (let dot = path.lastIndexOf("."); dot > 0; dot = path.lastIndexOf(".", dot - 1)) {
    const name = path.slice(0, dot);
    if (Object.hasOwn(claims, name)) return claimAt(Reflect.get(claims, name), path.slice(dot + 1));
  }
  return undefined;
}

/** The highest role that the claims give; undefined where they give none. */
export function roleOfClaims(claims: Claims, { roleClaim, roles }: ClaimRules): DeskRole | undefined {
  const given = new Set(valuesOf(claims, roleClaim).map((value) => roles.get(value)));
  return DESK_ROLES.findLast((role) => given.has(role));
}

/**
 * Who the claims are of.
 * @throws ConcheError CONCHE_OIDC_ROLE where they give no role
 */
export function personOfClaims(
  claims: Claims & { readonly sub: string },
  rules: ClaimRules,
  under: string,
): ProvidedPerson {
  const name = nameOfClaims(claims, rules.nameClaim);
  const role = roleOfClaims(claims, rules);
  if (role === undefined)
    throw new ConcheError("CONCHE_OIDC_ROLE", { message: withoutRole(name, claims, rules) });
  return { under, subject: claims.sub, name, role };
}

/** The name that stands in the log: of letters, digits, blanks and `. _ @ ' -` alone, as those of tokens. */
export function nameOfClaims(
  claims: Claims & { readonly sub: string },
  nameClaim: string | undefined,
): string {
  const wanted = [...(nameClaim === undefined ? [] : [nameClaim]), ...NAME_CLAIMS];
  const given = wanted.map((claim) => claimAt(claims, claim)).filter((value) => typeof value === "string");
  for (const value of [...given, claims.sub]) {
    const name = plainName(value);
    if (name !== "") return name;
  }
  return "unnamed";
}

function plainName(value: string): string {
  return value
    .normalize("NFC")
    .slice(0, 4 * LONGEST_NAME)
    .replaceAll(/[^\p{L}\p{M}\p{N} ._@'-]+/gu, " ")
    .replaceAll(/ +/g, " ")
    .replace(/^[^\p{L}\p{N}]+/u, "")
    .slice(0, LONGEST_NAME)
    .replace(/[^\p{L}\p{M}\p{N}.]+$/u, "");
}

function valuesOf(claims: Claims, path: string): string[] {
  const value = claimAt(claims, path);
  return (Array.isArray(value) ? value : [value]).filter((each) => typeof each === "string");
}

function withoutRole(name: string, claims: Claims, { roleClaim, roles }: ClaimRules): string {
  const values = valuesOf(claims, roleClaim);
  const known = [...roles.keys()].join(", ");
  if (values.length === 0)
    return `nothing is said of ${name} in the claim ${roleClaim}; a role follows from ${known}`;
  const shown = values.slice(0, SHOWN_VALUES).map((value) => JSON.stringify(value.slice(0, 100)));
  return `${name} has ${shown.join(", ")} in the claim ${roleClaim}; a role follows from ${known}`;
}
