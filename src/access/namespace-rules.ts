import { DOWN_ROOT } from "../contract/topic.ts";
import type { AccessRules } from "./access-rules.ts";

const DOLLAR = 36;
/** `$share/GROUP/` before a filter (MQTT 5, 4.8.2). */
const SHARE = /^\$share\/[^/]+\//;
/** What a broker says of itself. */
const SYSTEM = "$SYS/";
const DOWN_PREFIX = `${DOWN_ROOT}/`;

/**
 * What holds for everybody: what the data center says to machines is its own to publish, and what begins with `$` is
 * the broker's; of that `$SYS/…` may be read. A share is one of what it asks for: from the embedded broker it takes
 * nothing away from the data center.
 */
export const NAMESPACE_RULES: AccessRules = {
  epoch: 0,
  publishRefusal: (_, topic) =>
    topic.charCodeAt(0) === DOLLAR || topic === DOWN_ROOT || topic.startsWith(DOWN_PREFIX)
      ? "clients don't publish on datacenter/... and $..."
      : undefined,
  subscribeRefusal: (_, filter) => {
    const wanted = filter.replace(SHARE, "");
    return wanted.charCodeAt(0) === DOLLAR && !wanted.startsWith(SYSTEM)
      ? "of the broker's own topics only $SYS/... is to be read"
      : undefined;
  },
  mayReceive: () => true,
};
