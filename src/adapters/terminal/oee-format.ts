import { whyImplausible } from "../../monitor/production/oee.ts";
import type { PlantProduction } from "../../monitor/production/plant-production.ts";
import type { ProductionFigures, ProductionReport } from "../../monitor/production/production-report.ts";
import type { CauseGroup } from "../../monitor/production/stop-pareto.ts";
import { grouped } from "./counts.ts";
import { type CsvFormat, type CsvValue, csvFile } from "./csv.ts";
import { renderTable, type TableCell, type TableColumn, type TableSurface } from "./table.ts";
import { hoursText, lastingText, type ZoneClock } from "./time-text.ts";

const right = (title: string): TableColumn => ({ title, align: "right" });
const STOPS_SHOWN = 10;
const CAUSES_SHOWN = 3;
/** A cause with a smaller part of its stops' time isn't worth a line. */
const NOTABLE_SHARE = 0.01;

/** OEE for people: figures, where the time went, why it stood. `clockOf` gives the clock of a site. */
export function oeeText(
  { reports, notRated }: PlantProduction,
  clockOf: (of: string) => ZoneClock,
  surface: TableSurface,
): string {
  const blocks = reports.map((report) => reportText(report, clockOf(report.of), surface));
  const without = notRated.map(
    (line) =>
      `${line}: the plant file gives no machine of it a rated speed, so nothing can be held against it`,
  );
  return [...blocks, ...without].join("\n\n");
}

function reportText(report: ProductionReport, clock: ZoneClock, surface: TableSurface): string {
  const { whole, groups, of, measuredAt, qualityAt } = report;
  const figures = [
    { title: "" },
    { title: `from (${clock.zone(whole.fromMs)})` },
    { title: "to", minor: true as const },
    ...["OEE %", "availability", "effectiveness", "quality"].map(right),
    { ...right("good"), minor: true as const },
    right("known %"),
  ];
  const rows = [
    ...groups.map((group) => figureCells(group, group.name ?? "(none named)", clock)),
    figureCells(whole, "all", clock),
  ];
  const measured =
    of === measuredAt
      ? "against its own rated speed"
      : `pace of ${idOf(measuredAt)}, quality at ${idOf(qualityAt)}`;
  // No data must not look like no losses.
  if (whole.coverage.states === 0) return `${of}: nothing is known of this time (${measured})`;
  const doubted = [...groups, whole].filter((group) => whyImplausible(group.figures) !== null);
  return [
    `${of}: OEE ${percent(whole.figures.oee)} % (${measured})${whyImplausible(whole.figures) === null ? "" : ", which can't be"}`,
    "",
    renderTable(figures, rows, surface),
    ...(doubted.length === 0
      ? []
      : [
          `! faster than rated: the plant file's rated speed of ${idOf(measuredAt)} is too low, or a clock runs wrong`,
        ]),
    "",
    renderTable(
      [{ title: "where the time went", flexible: true }, right("time"), right("share %")],
      lossRows(whole),
      surface,
    ),
    ...stopLines(report, surface),
  ].join("\n");
}

function figureCells(
  { fromMs, toMs, elements, figures, coverage }: ProductionFigures,
  name: string,
  clock: ZoneClock,
): TableCell[] {
  const known = coverage.states === null ? null : coverage.states * (coverage.counts ?? 1);
  const style = known !== null && known < 0.95 ? ({ style: "magenta" } as const) : undefined;
  const unit = elements.goodUnit ?? "";
  return [
    name,
    clock.minute(fromMs),
    clock.minute(toMs),
    { text: percent(figures.oee), style: "bold" },
    percent(figures.availability),
    whyImplausible(figures) === null
      ? percent(figures.effectiveness)
      : { text: `! ${percent(figures.effectiveness)}`, style: ["yellow", "bold"] },
    percent(figures.qualityRatio),
    `${grouped(elements.goodQuantity)} ${unit}`.trim(),
    style === undefined ? percent(known) : { text: percent(known), ...style },
  ];
}

function lossRows({ elements, losses }: ProductionFigures): TableCell[][] {
  const all = losses.plannedBusyMs;
  const parts: [name: string, ms: number][] = [
    ...losses.stops.map(({ category, code, lostMs }): [string, number] => [
      `− ${reasonText(category, code)}`,
      lostMs,
    ]),
    ["− ran, not counted yet", losses.notCountedMs],
    [losses.speedMs < 0 ? "+ faster than rated" : "− slower than rated", losses.speedMs],
    ["− rejected", losses.rejectedMs],
    ["= good at rated speed", losses.goodMs],
  ];
  const seconds = wholeSeconds(parts.map(([, ms]) => ms));
  const row = (name: string, time: number, ms: number): TableCell[] => [
    name,
    hoursText(Math.abs(time)),
    all === 0 ? "" : ((100 * Math.abs(ms)) / all).toFixed(1),
  ];
  const beside: [string, number][] = [
    ["unknown, in none of it", elements.unknownMs],
    ["no order or break, in none of it", elements.notBusyMs],
  ];
  return [
    row("planned busy time", Math.round(all / 1000), all),
    ...parts.flatMap(([name, ms], index) => {
      const time = seconds[index] ?? 0;
      return time === 0 && !name.startsWith("=") ? [] : [row(name, time, ms)];
    }),
    ...beside.flatMap(([name, ms]) => (ms < 1000 ? [] : [[name, hoursText(Math.round(ms / 1000)), ""]])),
  ];
}

/** Milliseconds as whole seconds whose sum is the sum's, rounded: what is shown adds up. */
function wholeSeconds(all: readonly number[]): number[] {
  let reachedMs = 0;
  return all.map((ms) => {
    const before = Math.round(reachedMs / 1000);
    reachedMs += ms;
    return Math.round(reachedMs / 1000) - before;
  });
}

function stopLines({ pareto, whole }: ProductionReport, surface: TableSurface): string[] {
  if (pareto.groups.length === 0) {
    const { states } = whole.coverage;
    const none = states === 0 ? "whether it stood is not known" : "it never stood in what is known";
    return ["", states === null || states === 1 ? "it never stood" : none];
  }
  const rows = pareto.groups.slice(0, STOPS_SHOWN).flatMap((group): TableCell[][] => [
    [
      reasonText(group.category, group.code),
      group.count,
      lastingText(group.lostMs),
      lastingText(group.longestMs),
      (100 * group.cumulative).toFixed(1),
    ],
    ...group.causes
      .filter(({ chain, lostMs }) => chain.length > 0 && lostMs >= NOTABLE_SHARE * group.lostMs)
      .slice(0, CAUSES_SHOWN)
      .map((cause): TableCell[] => [
        { text: `  ${causeText(cause)}`, style: "dim" },
        "",
        lastingText(cause.lostMs),
        "",
        "",
      ]),
  ]);
  return [
    "",
    renderTable(
      [
        { title: "why it stood", flexible: true },
        right("times"),
        right("lost"),
        right("longest"),
        right("summed %"),
      ],
      rows,
      surface,
    ),
  ];
}

/** `‹ cooltunnel-01 ‹ molder-01 ‹ temper-01: cleaning (CHANGEOVER)` */
function causeText({ chain, root, inferred }: CauseGroup): string {
  const way = chain.map((key) => `‹ ${idOf(key)}`).join(" ");
  const did =
    root.category === null
      ? root.state === "Execute"
        ? "ran"
        : root.state
      : reasonText(root.category, root.code);
  return `${way}: ${did}${inferred ? " (inferred)" : ""}`;
}

function reasonText(category: string, code: string | null): string {
  const words = category.replaceAll("_", " ");
  return code === null ? words : `${words} (${code})`;
}

const COLUMNS = [
  ...["of", "measured_at", "quality_at", "group", "from", "to"],
  ...["oee", "availability", "effectiveness", "quality_ratio", "implausible"],
  ...["planned_operation_ms", "not_busy_ms", "unknown_ms", "planned_busy_ms"],
  ...["actual_production_ms", "counted_production_ms", "produced", "unit", "good", "inspected", "good_unit"],
  ...["not_counted_ms", "speed_ms", "rejected_ms", "good_ms"],
];

/** The figures as CSV: a row for the whole of each report and for each of its groups. */
export function oeeCsv({ reports }: PlantProduction, format: CsvFormat): string {
  const rows = reports.flatMap((report) =>
    [report.whole, ...report.groups].map(({ name, fromMs, toMs, elements, figures, losses }): CsvValue[] => [
      ...[report.of, report.measuredAt, report.qualityAt, name ?? ""],
      ...[new Date(fromMs).toISOString(), new Date(toMs).toISOString()],
      ...[figures.oee, figures.availability, figures.effectiveness, figures.qualityRatio],
      whyImplausible(figures),
      ...[elements.plannedOperationMs, elements.notBusyMs, elements.unknownMs, elements.plannedBusyMs],
      ...[elements.actualProductionMs, elements.countedProductionMs],
      ...[
        elements.producedQuantity,
        elements.unit,
        elements.goodQuantity,
        elements.inspectedQuantity,
        elements.goodUnit,
      ],
      ...[losses.notCountedMs, losses.speedMs, losses.rejectedMs, losses.goodMs],
    ]),
  );
  return csvFile(COLUMNS, rows, format);
}

function percent(ratio: number | null): string {
  return ratio === null ? "–" : (100 * ratio).toFixed(1);
}

function idOf(key: string): string {
  return key.split("/")[3] ?? key;
}
