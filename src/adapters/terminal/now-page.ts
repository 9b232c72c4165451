import { lineVerdict } from "../../monitor/machine-state/line-verdict.ts";
import type { LineNow } from "../../monitor/machine-state/plant-now.ts";
import { whyImplausible } from "../../monitor/production/oee.ts";
import type { CurrentShift } from "../../monitor/production/production-report.ts";
import { counted, grouped } from "./counts.ts";
import { type AlarmsShown, alarmRoom, alarmRows, USUAL_ROOM } from "./now-alarms.ts";
import { idOf, type MachinesShown, machineRows } from "./now-machines.ts";
import { verdictPieces } from "./now-verdict.ts";
import { type Piece, renderLine, textWidth } from "./styled-text.ts";
import type { TableSurface } from "./table.ts";
import { lastingText } from "./time-text.ts";

/** What `conche now` shows on one page, as of one moment. */
export interface NowPage extends MachinesShown, AlarmsShown {
  readonly plant: string;
  /** The present, ms since 1970; `nowMs` is the time up to which the views have heard. */
  readonly presentMs: number;
  readonly lines: readonly LineNow[];
  /** The present shift's figures, by `<site>/<line>`. */
  readonly shifts: ReadonlyMap<string, CurrentShift>;
  /** What publishers with identity said, and what of it is missing. */
  readonly completeness: { readonly seen: number; readonly missing: number };
  /** Open messages in quarantine, of the whole plant. */
  readonly quarantined: number;
  /** Messages of the log that aren't in the views yet. */
  readonly behind: number;
}

/** Views that lag by no more are live, milliseconds. */
const OLD_MS = 10_000;
/** A smaller part that is known is said. */
const WHOLE = 0.995;

/**
 * The plant at a glance: a verdict for each line, its machines, the alarms, and how complete all of it is. What is
 * normal is plain; weight says "stands by itself", violet says "nobody knows", colour beside a number is an alarm.
 * @param height rows of the window, which alarms fill; where the page is taller, machines come last. Null: any height
 */
export function nowPage(page: NowPage, surface: TableSurface, height: number | null = null): string[] {
  const top = [...oldRows(page), head(page, surface), []];
  const lines =
    page.lines.length === 0 ? [[{ text: "no machine fits" }]] : page.lines.flatMap(lineRows(page));
  const whole = (alarms: Piece[][]) => [...top, ...lines, [], ...alarms, [], foot(page)];
  // Those that are back to normal may do with a row that counts them.
  const needed = alarmRows(page, { ...USUAL_ROOM, returned: 0 }).length;
  const left = height === null ? Number.POSITIVE_INFINITY : height - whole([]).length;
  const rows =
    height !== null && left < needed
      ? tallRows(page, surface, height)
      : whole(alarmRows(page, height === null ? USUAL_ROOM : alarmRoom(page, left)));
  return rows.map((pieces) => renderLine(trimmed(pieces), surface.columns, surface.colour));
}

/** What must not be cut off comes first: how the line does, alarms, what is missing. */
function tallRows(page: NowPage, surface: TableSurface, height: number): Piece[][] {
  const single = page.lines.length === 1 ? page.lines : [];
  const top = [
    ...oldRows(page),
    head(page, surface),
    ...single.map((line) => verdictPieces(line, page.nowMs)),
  ];
  // Below them a row says how much is cut off.
  const room = Math.max(2, height - top.length - 2);
  const alarms = alarmRows(
    page,
    alarmRoom(page, Math.min(room, 1 + USUAL_ROOM.active + USUAL_ROOM.returned)),
  );
  const rest = page.lines.flatMap((line) => lineRows(page)(line).slice(single.length));
  return [...top, ...alarms, foot(page), ...rest];
}

/** A line: its verdict first, then its shift, machines and batches. */
function lineRows(page: NowPage): (line: LineNow) => Piece[][] {
  const inFull = page.lines.length === 1;
  return (line) => {
    const { stopped, unknown } = lineVerdict(line.machines);
    // Of many lines only what needs a look is told machine by machine.
    const shown = inFull
      ? line.machines
      : line.machines.filter((machine) => [...stopped, ...unknown].includes(machine));
    return [
      verdictPieces(line, page.nowMs),
      ...shiftRows(page, line),
      ...machineRows(shown, page),
      ...(inFull ? batchRows(line) : []),
    ];
  };
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
