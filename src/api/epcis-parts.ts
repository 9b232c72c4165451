import { createHash } from "node:crypto";
import { tagSeries } from "../monitor/tags/tag-series.ts";
import { tagsView } from "../monitor/tags/tags-view.ts";
import type { Plant } from "../plant/plant.ts";
import type { SensorElement } from "../trace/epcis/epcis-event.ts";
import { Identifiers } from "../trace/epcis/identifiers.ts";
import type { EpcisDependencies } from "../trace/epcis/to-epcis.ts";
import type { ViewReading } from "../views/view-table.ts";
import type { ApiContext } from "./context.ts";

/** Nobody's host (RFC 2606): identifiers made with it are unique within the plant, and lead nowhere. */
export const NO_BASE = "https://conche.example";
/** Units of tags with a code of UN/CEFACT Recommendation 20 and a type of the CBV. */
const MEASUREMENTS: Readonly<Record<string, { readonly type: string; readonly uom: string }>> = {
  "°C": { type: "Temperature", uom: "CEL" },
  "%": { type: "RelativeHumidity", uom: "P1" },
};

/** What the export of a plant needs: its clocks, its identifiers, what its conches and temperers measured. */
export function epcisParts(context: Pick<ApiContext, "plant" | "views">, base = NO_BASE): EpcisDependencies {
  const { plant, views } = context;
  return partsOf(plant, base, tagsOrNone(views));
}

/**
 * The same for whoever reads the views by themselves.
 * @param tags the view of tags; where nobody keeps it, events stand without sensor elements
 */
export function partsOf(plant: Plant, base: string, tags: ViewReading | undefined): EpcisDependencies {
  const ids = new Identifiers(base);
  const zone = plant.document.sites.find(({ timezone }) => timezone !== undefined)?.timezone ?? "UTC";
  return {
    ids,
    sha256: (text) => createHash("sha256").update(text).digest("hex"),
    offsetAt: offsetsOf(zone),
    sensors: (machine, fromMs, toMs) => sensorsOf(plant, ids, tags, machine, fromMs, toMs),
  };
}

/** The view of tags; undefined where nobody keeps it. */
export function tagsOrNone(views: Pick<ApiContext["views"], "reading">): ViewReading | undefined {
  try {
    return views.reading(tagsView);
  } catch {
    return undefined;
  }
}

function sensorsOf(
  plant: Plant,
  ids: Identifiers,
  reading: ViewReading | undefined,
  machine: string,
  fromMs: number,
  toMs: number,
): SensorElement[] {
  const known = plant.machine(machine)?.definition;
  if (reading === undefined || known === undefined || fromMs >= toMs) return [];
  const sensorReport = Object.entries(known.tags ?? {}).flatMap(([name, { unit }]) => {
    const measurement = unit === undefined ? undefined : MEASUREMENTS[unit];
    if (measurement === undefined || (measurement.uom === "P1" && !name.includes("humidity"))) return [];
    const { points } = tagSeries(reading, { machine, tag: name, fromMs, toMs, points: 2 });
    const numbers = points.filter(({ count }) => count > 0);
    if (numbers.length === 0) return [];
    const count = numbers.reduce((sum, each) => sum + each.count, 0);
    const mean = numbers.reduce((sum, each) => sum + (each.mean ?? 0) * each.count, 0) / count;
    return [
      {
        type: measurement.type,
        minValue: Math.min(...numbers.map(({ min }) => min ?? 0)),
        maxValue: Math.max(...numbers.map(({ max }) => max ?? 0)),
        meanValue: Math.round(mean * 1000) / 1000,
        uom: measurement.uom,
      },
    ];
  });
  if (sensorReport.length === 0) return [];
  const time = (ms: number) => new Date(ms).toISOString();
  return [
    {
      sensorMetadata: { startTime: time(fromMs), endTime: time(toMs), deviceID: ids.device(machine) },
      sensorReport,
    },
  ];
}

/** A place's offset from UTC at a time, `+01:00`. Its formatter is made once: making one costs more than all else of an event. */
function offsetsOf(zone: string): (ms: number) => string {
  const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  return (ms) => {
    const name = format.formatToParts(ms).find(({ type }) => type === "timeZoneName")?.value ?? "GMT";
    const offset = name.replace("GMT", "");
    return offset === "" ? "+00:00" : offset;
  };
}
