import { useEffect } from "preact/hooks";
import type { CompletenessAnswer, HealthAnswer, ViewsAnswer } from "../api/answers.ts";
import { lagMs, live } from "../api/live.ts";
import { plant, zone } from "../api/plant.ts";
import { useQuery } from "../api/query.ts";
import { person, who } from "../api/who.ts";
import { number } from "../format/number.ts";
import { duration } from "../format/time.ts";
import { Glyph } from "../parts/glyph.tsx";
import { texts } from "../texts/en.ts";
import { now } from "./clock.ts";
import { preferences, toggleTheme, toggleWall } from "./preferences.ts";

/** Behind by so much, a view is said to be behind. */
const BEHIND_MS = 5_000;

/** By so much, what pages show is the past. */
const FAR_BEHIND_MS = 60_000;

/** With no message for so long, nobody is heard: a line that stands still says so every few seconds. */
const SILENT_MS = 120_000;

/** What holds for every page: which plant, is the record whole, is it live, what time is it, who is acting. */
export function TopStrip() {
  const { document } = plant.value ?? {};
  const at = now.value;
  const wall = preferences.value.scale === "wall";
  return (
    <header class="top">
      <a
        class="brand"
        href="/plant"
        title={wall ? texts.strip.leaveWall : undefined}
        onClick={(event) => {
          if (!wall) return;
          event.preventDefault();
          toggleWall();
        }}
      >
        {texts.brand}
      </a>
      <div class="optional plant-name">
        <b class="ellipsis" title={document?.name}>
          {document?.name ?? ""}
        </b>
      </div>
      <div class="space" />
      <Record />
      <Connection />
      <div>
        <span>
          {zone.value.day(at)} <b>{zone.value.clock(at)}</b>{" "}
          <span class="label">{zone.value.offset(at)}</span>
        </span>
      </div>
      <a
        class="optional desk-only person"
        href="/settings"
        title={[person.value, who.value.state === "in" ? texts.login.strip : ""].filter(Boolean).join(": ")}
      >
        {person.value === "" ? (
          <span class="label">{texts.strip.nobody}</span>
        ) : (
          <span class="ellipsis">{person.value}</span>
        )}
        {who.value.state === "in" ? <span class="label roomy">{who.value.role}</span> : null}
      </a>
      <button type="button" title={texts.strip.theme} aria-label={texts.strip.theme} onClick={toggleTheme}>
        ◐
      </button>
    </header>
  );
}

/** Complete, or how much is missing; a click leads to what. */
function Record() {
  const { totals, publishers } = useQuery<CompletenessAnswer>("/api/completeness", [], 5).data ?? {};
  if (totals === undefined) return <div class="optional label">–</div>;
  const { missing, stored, quarantined, quarantined_unsequenced, seen } = totals;
  const heardMs = Math.max(0, ...(publishers ?? []).map(({ last_seen_at }) => Date.parse(last_seen_at)));
  const said = texts.strip.complete(number(stored + quarantined - quarantined_unsequenced), number(seen));
  return (
    <a class="optional" href="/data">
      {missing > 0 ? (
        <>
          <Glyph priority="record" size={12} />
          <span class="record strong">{texts.strip.missing(number(missing))}</span>
        </>
      ) : seen === 0 ? (
        <span class="label">{texts.strip.nothingYet}</span>
      ) : now.value - heardMs > SILENT_MS ? (
        // What may have been said since then, nobody knows: that is no tick.
        <Said
          class="label"
          words={[texts.strip.completeUntil(zone.value.near(heardMs, now.value)), said[1]]}
        />
      ) : (
        <>
          <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
            <path d="M1.5 6.5 4.5 9.5 10.5 2.5" fill="none" stroke="var(--ink-2)" stroke-width="1.75" />
          </svg>
          <Said words={said} />
        </>
      )}
    </a>
  );
}

interface SaidProps {
  readonly words: readonly [always: string, roomy: string];
  readonly class?: string;
  /** All of it, where that is more than the words. */
  readonly title?: string | undefined;
}

/** What the strip says: all of it where there is room, its beginning on a narrow screen. */
function Said({ words: [always, roomy], class: look = "", title = always + roomy }: SaidProps) {
  return (
    <span class={look} title={title}>
      {always}
      <span class="roomy">{roomy}</span>
    </span>
  );
}

type KeptView = ViewsAnswer["views"][number];

/** Live and how far behind; or since when it is not. */
function Connection() {
  const { data } = useQuery<ViewsAnswer>("/api/views", [], 2);
  const { state, sinceMs } = live.value;
  const at = now.value;
  const told = data?.views.filter((view) => isTold(view, data.views)) ?? [];
  const behind = told.filter((view) => view.behind > 0 && view.newest !== null);
  const behindMs = Math.max(0, ...behind.map(({ newest }) => at - Date.parse(newest ?? "")));
  const isBehind = behindMs > BEHIND_MS;
  // Why, the process that keeps them knows, where it is the one that is asked.
  const health = useQuery<HealthAnswer>(isBehind ? "/api/health" : undefined, [], 5).data;
  const stopped = health?.checks.find(({ name, ok }) => name === "views" && !ok)?.detail;
  // Every page says so in its first sentence: what is old must not look like the present.
  useEffect(() => {
    lagMs.value = behindMs > FAR_BEHIND_MS ? behindMs : 0;
  }, [behindMs]);
  if (state === "lost") {
    return (
      <div role="status">
        <Said class="high strong" words={texts.strip.lost(zone.value.clock(sinceMs))} />
      </div>
    );
  }
  if (state === "connecting" || data === undefined) return <div class="label">{texts.strip.connecting}</div>;
  const silentMs = at - Math.max(...told.map(({ newest }) => Date.parse(newest ?? "") || 0));
  if (!isBehind && silentMs > SILENT_MS && silentMs < at) {
    return (
      <div role="status">
        <Glyph priority="record" size={12} />
        <span class="record strong">{texts.strip.silent(duration(silentMs))}</span>
      </div>
    );
  }
  return (
    <div role="status">
      <svg width="8" height="8" aria-hidden="true">
        <circle cx="4" cy="4" r="3.5" fill="var(--ink-2)" />
      </svg>
      {isBehind ? (
        <Said class="record strong" title={stopped} words={texts.strip.behind(duration(behindMs), stopped)} />
      ) : (
        <span>{texts.strip.live}</span>
      )}
    </div>
  );
}

/** What pages are told from; a view that has never answered counts with what is being made. */
function isTold({ name, standing }: KeptView, all: readonly KeptView[]): boolean {
  return standing === "answering" || !all.some((each) => each.name === name && each.standing === "answering");
}
