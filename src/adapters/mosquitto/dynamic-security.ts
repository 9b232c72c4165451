import type { AccessPolicy } from "../../access/access-policy.ts";
import type { Rights } from "../../access/rights.ts";

type AclType = "publishClientSend" | "publishClientReceive" | "subscribeLiteral" | "subscribePattern";

/** What `mosquitto_ctrl dynsec` speaks on. */
const CONTROL_TOPICS = "$CONTROL/dynamic-security/#";

interface Acl {
  readonly acltype: AclType;
  readonly topic: string;
  readonly priority: number;
  readonly allow: true;
}

/**
 * The policy as the configuration of Mosquitto's dynamic-security plugin (its version 1, Mosquitto 2.0): unlike an
 * acl_file it judges each SUBSCRIBE, so that nobody can join the group of the data centers and swallow its share.
 * Clients have no passwords here: who they are comes from their certificates or from a password file.
 * @param controller the identity that may change the rules while the broker runs, and cut clients; nobody unless given
 */
export function mosquittoDynamicSecurity(policy: AccessPolicy, controller?: string): string {
  const identities = [...policy.keys()];
  const document = {
    defaultACLAccess: {
      publishClientSend: false,
      publishClientReceive: false,
      subscribe: false,
      unsubscribe: true,
    },
    clients: identities.map((username) => ({
      username,
      textname: "",
      roles: [{ rolename: username, priority: 0 }],
    })),
    groups: [],
    roles: Array.from(policy, ([rolename, rights]) => ({
      rolename,
      acls: [...aclsOf(rights), ...(rolename === controller ? controlAcls() : [])],
    })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function acl(acltype: AclType, topic: string): Acl {
  return { acltype, topic, priority: 0, allow: true };
}

function controlAcls(): Acl[] {
  const types = ["publishClientSend", "publishClientReceive", "subscribePattern"] as const;
  return types.map((type) => acl(type, CONTROL_TOPICS));
}

function aclsOf({ publish, read, share }: Rights): Acl[] {
  return [
    ...publish.map((topic) => acl("publishClientSend", topic)),
    ...read.map((filter) => acl("publishClientReceive", filter)),
    ...read.map((filter) => acl(/[+#]/.test(filter) ? "subscribePattern" : "subscribeLiteral", filter)),
    ...(share ? read.map((filter) => acl("subscribePattern", `$share/+/${filter}`)) : []),
  ];
}
