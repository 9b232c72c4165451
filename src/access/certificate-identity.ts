import { isUpTopic, parseUpTopic, UP_ROOT } from "../contract/topic.ts";

/** What a certificate is for. */
export type IdentityKind = "machine" | "gateway" | "datacenter" | "desk" | "server";

/** The kinds whose names are chosen; a machine's is its address. */
export const NAMED_KINDS = ["gateway", "datacenter", "desk", "server"] as const;

/** What follows the kind: one level of a topic, so that a name can be a folder and a part of a client id. */
export const IDENTITY_NAME = "[a-z0-9][a-z0-9_-]{0,39}";

const NAMED = new RegExp(`^(${NAMED_KINDS.join("|")})/${IDENTITY_NAME}$`);

/**
 * What the common name of a certificate's subject says: a machine is `<site>/<line>/<step>/<machine>`, as in topics,
 * everybody else `gateway/<name>`, `datacenter/<name>`, `desk/<name>`. A server's certificate has `server/<name>`; it
 * is no client, and what counts of it are its host names.
 * @returns undefined for a name of another form
 */
export function identityKindOf(commonName: string): IdentityKind | undefined {
  const named = NAMED.exec(commonName)?.[1];
  if (named !== undefined) return NAMED_KINDS.find((kind) => kind === named);
  return isUpTopic(parseUpTopic(`${UP_ROOT}/${commonName}/state`)) ? "machine" : undefined;
}

/** The folder of an identity below the folder of the certificates. */
export function identityFolder(name: string): string {
  return identityKindOf(name) === "machine" ? `machine/${name}` : name;
}
