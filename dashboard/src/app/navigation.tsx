import { useOpenAlarms } from "../api/queries.ts";
import { Glyph } from "../parts/glyph.tsx";
import { texts } from "../texts/en.ts";
import { Icon, type IconName } from "./icons.tsx";

const PAGES = [
  "plant",
  "line",
  "machine",
  "batches",
  "genealogy",
  "recall",
  "ask",
  "due-diligence",
  "alarms",
  "quality",
  "oee",
  "data",
  "explore",
  "settings",
] as const satisfies readonly IconName[];

/** The pages, in the order of the day's questions. */
export function Navigation({ page }: { readonly page: string }) {
  return (
    <nav class="nav" aria-label="Pages">
      {PAGES.map((name) => (
        <a
          key={name}
          href={`/${name}`}
          aria-current={page === name ? "page" : undefined}
          title={name in texts.short ? texts.pages[name] : undefined}
        >
          <Icon name={name} />
          {texts.short[name] ?? texts.pages[name]}
          {name === "alarms" ? <AlarmBadge /> : null}
        </a>
      ))}
    </nav>
  );
}

/** The most urgent active priority of the whole plant, at the page of alarms. */
function AlarmBadge() {
  const { alarms } = useOpenAlarms(undefined);
  const worst =
    alarms.find(({ active, acknowledged }) => active && !acknowledged) ?? alarms.find(({ active }) => active);
  return worst === undefined ? null : (
    <span class="badge">
      <Glyph priority={worst.priority} size={12} />
    </span>
  );
}
