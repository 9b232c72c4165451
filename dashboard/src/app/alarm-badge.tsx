import { useOpenAlarms } from "../api/queries.ts";
import { Glyph } from "../parts/glyph.tsx";

/** The most urgent active priority of the whole plant, at the page of alarms. */
export function AlarmBadge() {
  const { alarms } = useOpenAlarms(undefined);
  const worst =
    alarms.find(({ active, acknowledged }) => active && !acknowledged) ?? alarms.find(({ active }) => active);
  return worst === undefined ? null : (
    <span class="badge">
      <Glyph priority={worst.priority} size={12} />
    </span>
  );
}
