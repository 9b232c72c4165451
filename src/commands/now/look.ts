import { CompletenessReader } from "../../adapters/sqlite/log/completeness-reader.ts";
import { QuarantineReader } from "../../adapters/sqlite/log/quarantine-reader.ts";
import type { ViewsReader } from "../../adapters/sqlite/views/views-reader.ts";
import type { CsvValue } from "../../adapters/terminal/csv.ts";
import type { NowPage } from "../../adapters/terminal/now-page.ts";
import { ZoneClock } from "../../adapters/terminal/time-text.ts";
import { shownMachine } from "../../api/routes/states.ts";
import { watchOf } from "../../api/watch.ts";
import type { LogReading } from "../../log/log-reading.ts";
import { type AlarmNow, openAlarms } from "../../monitor/alarms/alarm-list.ts";
import { ALARM_VIEW } from "../../monitor/alarms/alarm-view.ts";
import { machineStateView } from "../../monitor/machine-state/machine-state-view.ts";
import { plantNow } from "../../monitor/machine-state/plant-now.ts";
import { silenceOf } from "../../monitor/machine-state/silence.ts";
import { overviewValues } from "../../monitor/overview.ts";
import { currentShift } from "../../monitor/production/production-report.ts";
import { productionView } from "../../monitor/production/production-view.ts";
import { tagsView } from "../../monitor/tags/tags-view.ts";
import { type ChosenLevels, chosenMachines } from "../../plant/chosen-machines.ts";
import type { Plant } from "../../plant/plant.ts";
import { isoTime } from "../../time/iso-time.ts";
import type { View } from "../../views/view.ts";
import type { ViewReading } from "../../views/view-table.ts";

/** A value is late after so many of its machine's intervals. */
const LATE_INTERVALS = 3;

/** What a look at the plant needs. */
export interface LookDependencies {
  readonly plant: Plant;
  readonly views: ViewsReader;
  readonly log: LogReading;
  /** The data folder. */
  readonly folder: string;
  readonly nowMs: number;
  readonly chosen: ChosenLevels;
}

/** Everything about the plant as of one moment. @throws ConcheError CONCHE_VIEW_NOT_READY and what reading gives */
export function lookAt({ plant, views, log, folder, nowMs: presentMs, chosen }: LookDependencies): NowPage {
  views.refresh();
  try {
    const states = views.reading(machineStateView);
    const fits = chosenMachines(chosen);
    const { nowMs } = watchOf({ plant, nowMs: presentMs, views, log: () => log });
    return {
      plant: plant.document.name,
      nowMs,
      presentMs,
      clock: new ZoneClock(plant.document.sites[0]?.timezone ?? "UTC"),
      lines: plantNow(plant, states, nowMs, chosen),
      values: valuesIn(plant, views, fits),
      shifts: shiftsIn(plant, views, nowMs),
      lateAfterMs: (machine) =>
        LATE_INTERVALS * 1000 * (plant.machine(machine)?.definition.telemetry_interval_s ?? 1),
      alarms: alarmsIn(views, nowMs)?.filter(({ machine }) => fits(machine)) ?? null,
      completeness: completenessIn(folder, fits),
      quarantined: quarantinedIn(folder),
      behind: Math.max(0, log.end().id - states.position()),
    };
  } finally {
    views.release();
  }
}

/** A view that isn't there yet takes nothing from what the others say. */
function readingOf(views: ViewsReader, view: View): ViewReading | undefined {
  const there = views
    .editions()
    .some(
      ({ name, version, standing }) =>
        name === view.name && version === view.version && standing === "answering",
    );
  return there ? views.reading(view) : undefined;
}

function alarmsIn(views: ViewsReader, nowMs: number): AlarmNow[] | null {
  const reading = readingOf(views, ALARM_VIEW);
  return reading === undefined ? null : openAlarms(reading, nowMs);
}

function valuesIn(plant: Plant, views: ViewsReader, fits: (machine: string) => boolean): NowPage["values"] {
  const reading = readingOf(views, tagsView);
  if (reading === undefined) return null;
  const machines = plant.machines.filter(({ key }) => fits(key));
  return new Map(machines.map(({ key }) => [key, overviewValues(plant, reading, key)]));
}

function shiftsIn(plant: Plant, views: ViewsReader, nowMs: number): NowPage["shifts"] {
  const production = readingOf(views, productionView);
  const states = readingOf(views, machineStateView);
  if (production === undefined || states === undefined) return new Map();
  const source = { states, production, nowMs, silentAfterMs: silenceOf(plant) };
  return new Map(
    plant.lines.flatMap((line) => {
      const shift = currentShift(source, line);
      return shift === undefined ? [] : [[`${line.site.id}/${line.definition.id}`, shift] as const];
    }),
  );
}

function completenessIn(folder: string, fits: (machine: string) => boolean): NowPage["completeness"] {
  const reading = CompletenessReader.open(folder);
  try {
    let seen = 0;
    let missing = 0;
    for (const sequence of reading.sequences()) {
      if (!fits(sequence.machine)) continue;
      seen += sequence.highest;
      missing += sequence.highest - sequence.stored - sequence.quarantined;
    }
    return { seen, missing };
  } finally {
    reading.close();
  }
}

/** Open ones of the whole plant: what can't be used may not say whose it is. */
function quarantinedIn(folder: string): number {
  const reading = QuarantineReader.open(folder);
  try {
    return reading.countByState().open;
  } finally {
    reading.close();
  }
}

/** The same for programs: times in ISO 8601, fields as the API names them. */
export function nowJson({
  plant,
  nowMs,
  presentMs,
  lines,
  alarms,
  completeness,
  quarantined,
  behind,
}: NowPage) {
  return {
    at: isoTime(presentMs),
    heard_until: isoTime(nowMs),
    plant,
    lines: lines.map(({ line, name, machines, batches }) => ({
      line,
      name,
      machines: machines.map(shownMachine),
      batches,
    })),
    alarms:
      alarms?.map(({ machine, alarmId, state, newest }) => ({
        machine,
        alarm_id: alarmId,
        state,
        priority: newest?.priority ?? null,
        message: newest?.message ?? null,
        raised: newest === null ? null : isoTime(newest.raisedMs),
      })) ?? null,
    completeness,
    quarantined,
    behind,
  };
}

/** A row for each machine, for spreadsheets: the fields of {@link nowJson}. */
export function nowRows({ nowMs, lines }: NowPage): Record<string, CsvValue>[] {
  return lines.flatMap(({ line, machines }) =>
    machines.map((each) => {
      const { machine, state, unknown_why, since, mode, reason, connected, ...rest } = shownMachine(each);
      return {
        ...{ at: isoTime(nowMs), line, machine, state, unknown_why, since, mode },
        reason_category: reason?.category ?? null,
        reason_code: reason?.code ?? null,
        reason_message: reason?.message ?? null,
        caused_by: reason?.caused_by ?? null,
        ...{ connected, product: rest.product, batch: rest.batch, last_received: rest.last_received },
      };
    }),
  );
}
