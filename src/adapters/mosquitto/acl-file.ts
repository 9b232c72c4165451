import type { AccessPolicy } from "../../access/access-policy.ts";
import { readClientIdentity } from "../../access/client-identity.ts";
import { DOWN_KINDS, downTopic, type MachineKey, MESSAGE_TYPES, UP_ROOT } from "../../contract/topic.ts";

/** How an acl_file is written. */
export interface AclFileOptions {
  /**
   * Whether machines share seven lines with `%u` in place of a section each. Then every identity that the broker lets
   * in may speak as a machine of its own name, machines that the plant doesn't have among them.
   */
  readonly patterns: boolean;
}

const HEAD = `# Access rules of Conche for Mosquitto 2 (acl_file). Written by \`conche access render mosquitto\`; SIGHUP loads it.
# A client's user name is its identity: the CN of its certificate (use_identity_as_username true), or the user of a
# password file. Whoever isn't named may do nothing. Mosquitto grants every SUBSCRIBE and asks these rules for each
# delivery: no data center may share a subscription ($share) here, see \`conche access render mosquitto-dynsec\`.
`;

/** The policy as Mosquitto's acl_file (mosquitto.conf(5)). */
export function mosquittoAclFile(policy: AccessPolicy, { patterns }: AclFileOptions): string {
  const own = "%u" as MachineKey;
  const shared = [
    "\n# Machines: their own topics, receipts and commands.",
    ...MESSAGE_TYPES.map((type) => `pattern write ${UP_ROOT}/${own}/${type}`),
    ...DOWN_KINDS.map((kind) => `pattern read ${downTopic(own, kind)}`),
  ];
  const sections = Array.from(policy, ([identity, { publish, read }]) => {
    if (patterns && readClientIdentity(identity)?.kind === "machine") return "";
    const lines = [
      ...publish.map((topic) => `topic write ${topic}`),
      ...read.map((filter) => `topic read ${filter}`),
    ];
    return `\nuser ${identity}\n${lines.join("\n")}\n`;
  });
  // Patterns hold for everybody, wherever they stand; behind a section they would look like a part of it.
  return [HEAD, ...(patterns ? [`${shared.join("\n")}\n`] : []), ...sections].join("");
}
