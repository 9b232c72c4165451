import type { AlarmNow } from "../../monitor/alarms/alarm-list.ts";
import { lineVerdict } from "../../monitor/machine-state/line-verdict.ts";
import type { LineNow } from "../../monitor/machine-state/plant-now.ts";
import { whyImplausible } from "../../monitor/production/oee.ts";
import type { CurrentShift } from "../../monitor/production/production-report.ts";
import { counted, grouped } from "./counts.ts";
import { idOf, type MachinesShown, machineRows } from "./now-machines.ts";
import { verdictPieces } from "./now-verdict.ts";
import { type Piece, renderLine, type Style, textWidth } from "./styled-text.ts";
import type { TableSurface } from "./table.ts";
import { lastingText, type ZoneClock } from "./time-text.ts";

/** What `conche now` shows on one page, as of one moment. */
export interface NowPage extends MachinesShown {
  readonly plant: string;
  /** The present, ms since 1970; `nowMs` is the time up to which the views have heard. */
  readonly presentMs: number;
  readonly clock: ZoneClock;
  readonly lines: readonly LineNow[];
  /** The present shift's figures, by `<site>/<line>`. */
  readonly shifts: ReadonlyMap<string, CurrentShift>;
  /** Open alarms, most urgent first; null where there is no view of them yet. */
  readonly alarms: readonly AlarmNow[] | null;
  /** What publishers with identity said, and what of it is missing. */
  readonly completeness: { readonly seen: number; readonly missing: number };
  /** Open messages in quarantine, of the whole plant. */
  readonly quarantined: number;
  /** Messages of the log that aren't in the views yet. */
  readonly behind: number;
}

/** Views that lag by no more are live, milliseconds. */
const OLD_MS = 10_000;
const ALARMS_SHOWN = 8;
const RETURNED_SHOWN = 3;
/** A smaller part that is known is said. */
const WHOLE = 0.995;

/**
 * The plant at a glance: a verdict for each line, its machines, the alarms, and how complete all of it is. What is
 * normal is plain; weight says "stands by itself", violet says "nobody knows", colour beside a number is an alarm.
 */
export function nowPage(page: NowPage, surface: TableSurface): string[] {
  const { lines, nowMs } = page;
  const inFull = lines.length === 1;
  const rows: Piece[][] = [...oldRows(page), head(page, surface), []];
  for (const line of lines) {
    rows.push(verdictPieces(line, nowMs), ...shiftRows(page, line));
    const { stopped, unknown } = lineVerdict(line.machines);
    // Of many lines only what needs a look is told machine by machine.
    const shown = inFull
      ? line.machines
      : line.machines.filter((machine) => [...stopped, ...unknown].includes(machine));
    rows.push(...machineRows(shown, page));
    if (inFull) rows.push(...batchRows(line));
  }
  if (lines.length === 0) rows.push([{ text: "no machine fits" }]);
  rows.push([], ...alarmRows(page), [], foot(page));
  return rows.map((pieces) => renderLine(trimmed(pieces), surface.columns, surface.colour));
}

/** What is old must not look like the present: that comes first. */
function oldRows({ clock, nowMs, presentMs, behind }: NowPage): Piece[][] {
  if (presentMs - nowMs <= OLD_MS) return [];
  const age = `${lastingText(presentMs - nowMs)} ago; ${counted(behind, "message")} behind`;
  return [
    [{ text: `OLD: as of ${clock.full(nowMs)}, ${age}`, style: ["bold", "magenta"] }],
    [{ text: 'why: the check "views" of /api/health, or the console of who keeps them', style: "dim" }],
    [],
  ];
}

function head({ plant, clock, presentMs }: NowPage, { columns }: TableSurface): Piece[] {
  const time = clock.full(presentMs);
  const gap = columns === null ? 2 : Math.max(2, columns - textWidth(plant) - textWidth(time));
  return [{ text: plant, style: "bold" }, { text: " ".repeat(gap) }, { text: time }];
}

/** `Night since 22:00  OEE 99.8 %  17,569 pieces good` */
function shiftRows({ shifts, clock }: NowPage, { line }: LineNow): Piece[][] {
  const shift = shifts.get(line);
  if (shift === undefined) return [];
  const { figures, elements, coverage } = shift.report.whole;
  // Of a shift of which nothing is known there is nothing to say.
  if (coverage.states === null || coverage.states === 0) return [];
  const percent = (ratio: number | null) => (ratio === null ? "–" : `${(100 * ratio).toFixed(1)} %`);
  return [
    [
      { text: `  ${shift.name} since ${clock.time(shift.fromMs).slice(0, 5)}  `, style: "dim" },
      { text: `OEE ${percent(figures.oee)}` },
      ...(whyImplausible(figures) === null
        ? []
        : [{ text: ", which can't be: faster than rated", style: "yellow" as const }]),
      {
        text: ` (availability ${percent(figures.availability)}, effectiveness ${percent(figures.effectiveness)}, quality ${percent(figures.qualityRatio)})`,
        style: "dim",
      },
      { text: `   ${grouped(elements.goodQuantity)} ${elements.goodUnit ?? ""} good` },
      ...(coverage.states < WHOLE
        ? [{ text: `   ${percent(coverage.states)} known`, style: "magenta" as const }]
        : []),
    ],
  ];
}

function batchRows({ batches }: LineNow): Piece[][] {
  if (batches.length === 0) return [];
  const rows = batches.map(({ product, batch, machines }): Piece[] => {
    const [first = "", last = first] = [machines[0], machines.at(-1)].map((key) => idOf(key ?? ""));
    return [
      { text: `  ${(product ?? "").padEnd(6)}${batch ?? "no batch"}  ` },
      { text: first === last ? first : `${first} to ${last}`, style: "dim" },
    ];
  });
  return [[], [{ text: "Batches in work, newest first", style: "bold" }], ...rows];
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

function alarmRows({ alarms, nowMs, clock }: NowPage): Piece[][] {
  if (alarms === null)
    return [[{ text: "Alarms  ", style: "bold" }, { text: "not known yet: their view is being built" }]];
  const active = alarms.filter(({ state }) => state === "unack" || state === "ack");
  const returned = alarms.filter(({ state }) => state === "rtn_unack");
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
  const shown = active.slice(0, ALARMS_SHOWN).flatMap((alarm): Piece[][] => {
    const { newest, state, machine } = alarm;
    if (newest === null) return [];
    const { mark, style } = PRIORITY[newest.priority] ?? { mark: "?", style: "bold" as const };
    const text = newest.message;
    return [
      [
        { text: `  ${mark} `, style },
        { text: `${clock.near(newest.raisedMs, nowMs)}  ` },
        { text: `${lastingText(nowMs - newest.raisedMs).padStart(12)}  ` },
        { text: `${idOf(machine)}  ` },
        { text },
        ...(state === "unack" ? [] : [{ text: `  ${STATE_WORDS[state] ?? state}`, style: "dim" as const }]),
      ],
    ];
  });
  const back = returned.slice(0, RETURNED_SHOWN).flatMap(({ machine, newest }): Piece[][] => {
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

function foot({ completeness, quarantined, behind }: NowPage): Piece[] {
  const { seen, missing } = completeness;
  const whole: Piece =
    missing > 0
      ? { text: `◆ ${counted(missing, "number")} missing of ${grouped(seen)}`, style: ["bold", "magenta"] }
      : {
          text:
            seen === 0
              ? "nothing has numbers: nobody can tell what is missing"
              : `${quarantined === 0 ? "✓ " : ""}complete: ${grouped(seen)} of ${grouped(seen)} numbers`,
        };
  const level: Piece =
    behind === 0
      ? { text: "   views level with the log", style: "dim" }
      : {
          text: `   views ${counted(behind, "message")} behind the log`,
          style: behind > 1000 ? "magenta" : "dim",
        };
  // Its number may be there, and what it says isn't.
  const aside: Piece[] =
    quarantined === 0
      ? []
      : [{ text: `   ${grouped(quarantined)} in quarantine: conche quarantine list`, style: "bold" }];
  return [whole, ...aside, level];
}

/** Without the blanks that fill up the last column. */
function trimmed(pieces: readonly Piece[]): Piece[] {
  const last = pieces.findLastIndex(({ text }) => text.trim() !== "");
  return pieces
    .slice(0, last + 1)
    .map((piece, index) => (index === last ? { ...piece, text: piece.text.trimEnd() } : piece));
}
