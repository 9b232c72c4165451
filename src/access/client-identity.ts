import { isUpTopic, type MachineKey, parseUpTopic, UP_ROOT } from "../contract/topic.ts";

/** Those who are no machine, by the first level of their identity. */
export const IDENTITY_KINDS = ["gateway", "datacenter", "desk"] as const;
/** A kind of client that has a name instead of an address. */
export type NamedKind = (typeof IDENTITY_KINDS)[number];

/** A name that was chosen: one level of a topic, so that it can be a folder and a part of a client id. */
export const IDENTITY_NAME = /^[a-z0-9][a-z0-9_-]{0,39}$/;

/** Who a client is, by the form of its identity: a certificate's subject CN, or a user name. */
export type ClientIdentity =
  | { readonly kind: "machine"; readonly machine: MachineKey }
  | { readonly kind: NamedKind; readonly name: string };

/** Takes an identity apart; undefined for one that has none of the forms. */
export function readClientIdentity(text: string): ClientIdentity | undefined {
  const levels = text.split("/", 5);
  if (levels.length === 2) {
    const [first = "", name = ""] = levels;
    const kind = IDENTITY_KINDS.find((known) => known === first);
    return kind === undefined || !IDENTITY_NAME.test(name) ? undefined : { kind, name };
  }
  const parsed = parseUpTopic(`${UP_ROOT}/${text}/state`);
  return isUpTopic(parsed) ? { kind: "machine", machine: parsed.machineKey } : undefined;
}

/** The identity of a gateway, data center or desk. */
export function identityOf(kind: NamedKind, name: string): string {
  return `${kind}/${name}`;
}
