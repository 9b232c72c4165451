import { flagNames } from "../contract/policy.ts";
import type { DeliveredMessage, VerdictText } from "../mqtt/delivery.ts";
import type { ClassifiedGroup } from "./classifier.ts";
import type { Decoded } from "./decode.ts";

/**
 * What became of those messages of a classified group whose senders ask: `stored`, `stored, flagged: unknown_tag`,
 * `duplicate: it was stored before`, `quarantined (schema): /tags is required`. Undefined where nobody asks.
 * @param decoded the group, at the same places
 */
export function verdictsOf(
  messages: readonly DeliveredMessage[],
  decoded: readonly Decoded[],
  { messages: stored, quarantined }: ClassifiedGroup,
): ReadonlyMap<DeliveredMessage, VerdictText> | undefined {
  if (!messages.some(({ wantsVerdict }) => wantsVerdict === true)) return undefined;
  const storedRecords = new Set(stored);
  // A record holds the very bytes that came.
  const setAside = new Map(quarantined.map((record) => [record.payload, record]));
  const verdicts = new Map<DeliveredMessage, VerdictText>();
  for (const [index, message] of messages.entries()) {
    if (message.wantsVerdict !== true) continue;
    const refused = setAside.get(message.payload);
    const found = decoded[index];
    if (refused !== undefined) verdicts.set(message, `quarantined (${refused.reason}): ${refused.detail}`);
    else if (found?.kind === "message" && storedRecords.has(found.record)) {
      const flags = flagNames(found.record.flags);
      verdicts.set(message, flags.length === 0 ? "stored" : `stored, flagged: ${flags.join(", ")}`);
    } else verdicts.set(message, "duplicate: it was stored before");
  }
  return verdicts;
}
