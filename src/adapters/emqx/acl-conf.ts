import type { AccessPolicy } from "../../access/access-policy.ts";
import { readClientIdentity } from "../../access/client-identity.ts";
import { DOWN_KINDS, downTopic, type MachineKey, MESSAGE_TYPES, UP_ROOT } from "../../contract/topic.ts";

const HEAD = `%% Access rules of Conche for EMQX 5 (authorization source "file"). Written by \`conche access render emqx\`.
%% A client's user name is its identity: mqtt.peer_cert_as_username = cn, or an authenticator's user.
%% EMQX judges SUBSCRIBE and PUBLISH, not each delivery; listeners but the data centers' own have shared_subscription
%% off: a rule can't tell a shared subscription from another one.
`;

/** The policy as EMQX's acl.conf: Erlang terms, the first rule that fits decides. */
export function emqxAclConf(policy: AccessPolicy): string {
  const machines = [...policy.keys()].filter(isMachine);
  const own = `\${username}` as MachineKey;
  const rules: string[] = [];
  if (machines.length > 0) {
    const whoever = `{'or', [\n  ${machines.map((name) => `{username, ${text(name)}}`).join(",\n  ")}\n]}`;
    const says = MESSAGE_TYPES.map((type) => `${UP_ROOT}/${own}/${type}`);
    const hears = DOWN_KINDS.map((kind) => downTopic(own, kind));
    rules.push("%% Machines: their own topics, receipts and commands.");
    rules.push(rule(whoever, "publish", says), rule(whoever, "subscribe", hears));
  }
  for (const [identity, { publish, read }] of policy) {
    if (isMachine(identity)) continue;
    const who = `{username, ${text(identity)}}`;
    if (publish.length > 0) rules.push(rule(who, "publish", publish));
    if (read.length > 0) rules.push(rule(who, "subscribe", read));
  }
  return `${HEAD}\n${rules.join("\n")}\n\n{deny, all}.\n`;
}

function isMachine(identity: string): boolean {
  return readClientIdentity(identity)?.kind === "machine";
}

function rule(who: string, action: "publish" | "subscribe", topics: readonly string[]): string {
  return `{allow, ${who}, ${action}, [\n  ${topics.map(text).join(",\n  ")}\n]}.`;
}

/** An Erlang string; identities and topics have neither quotes nor backslashes. */
function text(value: string): string {
  return JSON.stringify(value);
}
