import { type ClientIdentity, IDENTITY_NAME, readClientIdentity } from "./client-identity.ts";

/** What a certificate is for: a client, or a server, which is none. */
export type IdentityKind = ClientIdentity["kind"] | "server";

const SERVER = "server/";

/**
 * What the common name of a certificate's subject says: a client's identity, or `server/<name>`, of which only the host
 * names count.
 * @returns undefined for a name of another form
 */
export function identityKindOf(commonName: string): IdentityKind | undefined {
  if (!commonName.startsWith(SERVER)) return readClientIdentity(commonName)?.kind;
  return IDENTITY_NAME.test(commonName.slice(SERVER.length)) ? "server" : undefined;
}

/** The folder of an identity below the folder of the certificates. */
export function identityFolder(name: string): string {
  return identityKindOf(name) === "machine" ? `machine/${name}` : name;
}
