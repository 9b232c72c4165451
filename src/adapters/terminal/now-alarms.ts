import type { AlarmNow } from "../../monitor/alarms/alarm-list.ts";
import { grouped } from "./counts.ts";
import { idOf } from "./now-machines.ts";
import type { Piece, Style } from "./styled-text.ts";
import { lastingText, type ZoneClock } from "./time-text.ts";

/** What rows of alarms need. */
export interface AlarmsShown {
  readonly nowMs: number;
  readonly clock: ZoneClock;
  /** Open alarms, most urgent first; null where there is no view of them yet. */
  readonly alarms: readonly AlarmNow[] | null;
}

/** How many have a row: active ones, and those that are back to normal and wait to be acknowledged. */
export interface AlarmRoom {
  readonly active: number;
  readonly returned: number;
}

/** Where nobody says how much room there is. */
export const USUAL_ROOM: AlarmRoom = { active: 8, returned: 3 };

/** The room that alarms take of so many rows for all of them, with their title and what says that there are more. */
export function alarmRoom({ alarms }: AlarmsShown, rows: number): AlarmRoom {
  const active = alarms?.filter(isActive).length ?? 0;
  const returned = alarms?.filter(isReturned).length ?? 0;
  const forActive = partOf(active, rows - 1 - Math.min(returned, 1));
  const left = rows - 1 - rowsOf(active, forActive);
  return { active: forActive, returned: partOf(returned, left) };
}

/** How many of them have a row of their own: where not all have, one row says how many more there are. */
function partOf(all: number, rows: number): number {
  return all <= rows ? all : Math.max(0, rows - 1);
}

function rowsOf(all: number, shown: number): number {
  return shown + (shown < all ? 1 : 0);
}

function isActive({ state }: AlarmNow): boolean {
  return state === "unack" || state === "ack";
}

function isReturned({ state }: AlarmNow): boolean {
  return state === "rtn_unack";
}

const PRIORITY: Readonly<Record<string, { mark: string; style: Style }>> = {
  critical: { mark: "■ 1", style: ["red", "bold"] },
  high: { mark: "■ 1", style: ["red", "bold"] },
  medium: { mark: "▲ 2", style: "yellow" },
  low: { mark: "● 3", style: "cyan" },
};
const STATE_WORDS: Readonly<Record<string, string>> = {
  unack: "unacknowledged",
  ack: "acknowledged",
  rtn_unack: "back to normal, unacknowledged",
};

/** Their count in words, and a row for as many as there is room for. */
export function alarmRows({ alarms, nowMs, clock }: AlarmsShown, room: AlarmRoom): Piece[][] {
  if (alarms === null)
    return [[{ text: "Alarms  ", style: "bold" }, { text: "not known yet: their view is being built" }]];
  const active = alarms.filter(isActive);
  const returned = alarms.filter(isReturned);
  const silenced = alarms.length - active.length - returned.length;
  const title: Piece[] = [
    { text: "Alarms  ", style: "bold" },
    {
      text: [
        active.length === 0 ? "none active" : `${grouped(active.length)} active`,
        `${grouped(returned.length)} back to normal and unacknowledged`,
        ...(silenced === 0 ? [] : [`${grouped(silenced)} silenced`]),
      ].join(", "),
    },
  ];
  const first = active.slice(0, room.active);
  // One of another day has its date, and the others stand below it.
  const raised = ({ newest }: AlarmNow) => (newest === null ? "" : clock.near(newest.raisedMs, nowMs));
  const widest = Math.max(0, ...first.map((alarm) => raised(alarm).length));
  const shown = first.flatMap((alarm): Piece[][] => {
    const { newest, state, machine } = alarm;
    if (newest === null) return [];
    const { mark, style } = PRIORITY[newest.priority] ?? { mark: "?", style: "bold" as const };
    const text = newest.message;
    return [
      [
        { text: `  ${mark} `, style },
        { text: `${raised(alarm).padStart(widest)}  ` },
        { text: `${lastingText(nowMs - newest.raisedMs).padStart(12)}  ` },
        { text: `${idOf(machine)}  ` },
        { text },
        ...(state === "unack" ? [] : [{ text: `  ${STATE_WORDS[state] ?? state}`, style: "dim" as const }]),
      ],
    ];
  });
  const back = returned.slice(0, room.returned).flatMap(({ machine, newest }): Piece[][] => {
    if (newest === null) return [];
    const { mark } = PRIORITY[newest.priority] ?? { mark: "?" };
    const lasted = newest.durationMs === null ? "" : `lasted ${lastingText(newest.durationMs)}`;
    return [
      [
        {
          text: `  ${mark.replace(/^./, "○")} ${clock.near(newest.raisedMs, nowMs)}  ${idOf(machine)}  ${newest.message}  ${lasted}`,
          style: "dim",
        },
      ],
    ];
  });
  return [
    title,
    ...shown,
    ...moreRow(active.length - shown.length, "active"),
    ...back,
    ...moreRow(returned.length - back.length, "back to normal"),
  ];
}

function moreRow(more: number, what: string): Piece[][] {
  return more > 0 ? [[{ text: `  and ${grouped(more)} more ${what}`, style: "dim" }]] : [];
}
