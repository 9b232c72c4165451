import type { AccessPolicy } from "./access-policy.ts";
import type { AccessRules, Subject } from "./access-rules.ts";
import { NAMESPACE_RULES } from "./namespace-rules.ts";
import { RightsCheck } from "./rights.ts";

/** Rules whose policy can be replaced while connections stand. */
export interface ReplaceableRules extends AccessRules {
  /** From now on this policy counts: for what is sent and delivered from the next packet on. */
  replace(policy: AccessPolicy): void;
}

/**
 * A policy as the embedded broker asks it. What a subject may is made ready once, at its first packet, and looked up from
 * then on; who isn't in the policy may do nothing.
 */
export function policyRules(initial: AccessPolicy): ReplaceableRules {
  let policy = initial;
  let epoch = 1;
  /** Of identities of the policy only, so that it can't grow beyond it. */
  let checks = new Map<string, RightsCheck>();

  const checkOf = ({ user }: Subject): RightsCheck | undefined => {
    if (user === undefined) return undefined;
    const known = checks.get(user);
    if (known !== undefined) return known;
    const rights = policy.get(user);
    if (rights === undefined) return undefined;
    const check = new RightsCheck(rights);
    checks.set(user, check);
    return check;
  };

  return {
    get epoch() {
      return epoch;
    },
    publishRefusal(subject, topic) {
      const check = checkOf(subject);
      if (check === undefined) return unknown(subject);
      return check.mayPublish(topic) ? undefined : `${subject.user} may not publish on this topic`;
    },
    subscribeRefusal(subject, filter) {
      const general = NAMESPACE_RULES.subscribeRefusal(subject, filter);
      if (general !== undefined) return general;
      const check = checkOf(subject);
      if (check === undefined) return unknown(subject);
      return check.maySubscribe(filter) ? undefined : `${subject.user} may not subscribe to this filter`;
    },
    mayReceive: (subject, topic) => checkOf(subject)?.mayReceive(topic) ?? false,
    replace(next) {
      policy = next;
      checks = new Map();
      epoch++;
    },
  };
}

function unknown({ user }: Subject): string {
  return user === undefined
    ? "a client without an identity may do nothing here"
    : `the access rules know nobody of the name ${user}`;
}
