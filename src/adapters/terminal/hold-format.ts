import type { Hold } from "../../monitor/holds/hold-list.ts";
import type { Listing } from "./listing.ts";
import type { ZoneClock } from "./time-text.ts";

const iso = (ms: number) => new Date(ms).toISOString();
const short = (clock: ZoneClock, ms: number) => clock.stamp(ms);

/** Holds as they stand, for people and programs. */
export function holdListing(holds: readonly Hold[], clock: ZoneClock): Listing<Hold> {
  const open = holds.filter((hold) => hold.open).length;
  return {
    name: "holds",
    rows: holds,
    columns: [
      { title: "hold", cell: ({ holdId }) => holdId },
      { title: "line", minor: true, cell: ({ line }) => line },
      { title: "since", minor: true, cell: ({ events }) => short(clock, events[0]?.at_ms ?? 0) },
      { title: "on hold", cell: (hold) => (hold.open ? { text: goodsInWords(hold), style: "bold" } : "") },
      { title: "decided", cell: ({ targets }) => decisionsInWords(targets) },
      { title: "seen", align: "right", cell: ({ version }) => version },
      { title: "by", minor: true, cell: ({ events }) => events.at(-1)?.by_person ?? "" },
      { title: "why", flexible: true, cell: ({ events }) => events.at(-1)?.reason ?? "" },
    ],
    fields: (hold) => {
      const { holdId, version, open: isOpen, line, events, targets } = hold;
      const held = (wanted: string) =>
        targets
          .flatMap(({ kind, id, decision }) => (kind === wanted && decision === null ? [id] : []))
          .join(" ");
      return {
        ...{ hold_id: holdId, line, open: isOpen, seen: version, since: iso(events[0]?.at_ms ?? 0) },
        ...{ lots_on_hold: held("lot"), units_on_hold: held("unit"), decided: decisionsInWords(targets) },
        ...{ last_event: events.at(-1)?.event ?? null, last_at: iso(events.at(-1)?.at_ms ?? 0) },
        ...{ by: events.at(-1)?.by_person ?? null, why: events.at(-1)?.reason ?? null },
      };
    },
    verdict: open === 0 ? "nothing is on hold" : `${open} hold${open === 1 ? "" : "s"} with goods on it`,
  };
}

function goodsInWords({ targets }: Hold): string {
  const held = targets.filter(({ decision }) => decision === null);
  const lots = held.filter(({ kind }) => kind === "lot").length;
  const units = held.length - lots;
  const words = [lots === 0 ? "" : count(lots, "lot"), units === 0 ? "" : count(units, "case or pallet")];
  return words.filter(Boolean).join(", ");
}

function decisionsInWords(targets: Hold["targets"]): string {
  const decided = Map.groupBy(targets, ({ decision }) => decision);
  return [...decided]
    .flatMap(([decision, of]) => (decision === null ? [] : [`${of.length} ${decision}`]))
    .join(", ");
}

function count(n: number, what: string): string {
  if (n === 1) return `1 ${what}`;
  return what === "lot" ? `${n} lots` : `${n} cases and pallets`;
}
