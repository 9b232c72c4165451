import { DESK_ROLES, type DeskRole } from "../access/access-document.ts";
import type { IdentityProvider } from "../access/identity-provider.ts";
import { secretLine } from "../adapters/credentials/secret-file.ts";
import { readCertificates, UnusableFile } from "../adapters/credentials/tls-files.ts";
import { PROVIDER_CALLBACK } from "../adapters/http/provider-pages.ts";
import { openidProvider } from "../adapters/openid-client/openid-provider.ts";
import type { Config } from "../config/config-schema.ts";
import { ConcheError } from "../errors/conche-error.ts";

/**
 * The identity provider that the settings name; undefined where they name none. It isn't asked anything yet.
 * @throws ConcheError CONCHE_SECRET_FILE, CONCHE_CONFIG_INVALID where a file can't be used
 */
export async function identityProvider({ oidc }: Config): Promise<IdentityProvider | undefined> {
  const { issuer, clientId, publicUrl, clientSecretFile, nameClaim, scopes, roleClaim } = oidc;
  if (issuer === null || clientId === null || publicUrl === null) return undefined;
  return openidProvider({
    ...{ issuer, clientId, scopes, roleClaim },
    title: oidc.title ?? new URL(issuer).host,
    clientSecret: clientSecretFile === null ? undefined : await secretLine(clientSecretFile),
    redirectUri: new URL(PROVIDER_CALLBACK, publicUrl).href,
    leaveUri: new URL("/", publicUrl).href,
    roles: new Map(oidc.roles.map(roleOf)),
    nameClaim: nameClaim ?? undefined,
    ca: oidc.ca === null ? undefined : await authorities(oidc.ca),
  });
}

/** Host names that requests may carry: a proxy's, and that by which people find the dashboard. */
export function hostsOf({ http, oidc }: Config): readonly string[] {
  if (oidc.issuer === null || oidc.publicUrl === null) return http.trustedHosts;
  return [...http.trustedHosts, new URL(oidc.publicUrl).hostname];
}

/** `VALUE=ROLE`, as the configuration has seen to it; a value may have `=` itself. */
function roleOf(pair: string): [string, DeskRole] {
  const at = pair.lastIndexOf("=");
  return [pair.slice(0, at), DESK_ROLES.find((role) => role === pair.slice(at + 1)) ?? "viewer"];
}

async function authorities(path: string): Promise<Buffer[]> {
  try {
    return (await readCertificates(path)).map((certificate) => Buffer.from(certificate.toString()));
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    const message = `oidc-ca = ${JSON.stringify(path)}: ${error.message}`;
    throw new ConcheError("CONCHE_CONFIG_INVALID", { message, cause: error });
  }
}
