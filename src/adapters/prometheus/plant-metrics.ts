import { Gauge, type Registry } from "prom-client";
import { OEE_HOURS, type PlantFigures } from "../../api/plant-figures.ts";

/** Where the figures come from, when they are read. */
export interface PlantFigureReading {
  alarms(): Promise<PlantFigures["alarms"] | undefined>;
  oee(): Promise<PlantFigures["oee"] | undefined>;
}

/** Registers how the plant does: by priority, and by line of the plant file, so labels are bounded. */
export function registerPlantMetrics(registry: Registry, figures: PlantFigureReading): void {
  new Gauge({
    name: "conche_alarms_open",
    help: "Alarms that need somebody (raised or unacknowledged, not silenced), by priority; absent while views are not there",
    labelNames: ["priority"],
    registers: [registry],
    async collect() {
      const alarms = await figures.alarms();
      this.reset();
      for (const [priority, count] of Object.entries(alarms ?? {})) this.set({ priority }, count);
    },
  });
  new Gauge({
    name: "conche_oee_ratio",
    help: `OEE (ISO 22400-2) of a line over the last ${OEE_HOURS} hours, 0 to 1; absent where nothing is known`,
    labelNames: ["line"],
    registers: [registry],
    async collect() {
      const lines = await figures.oee();
      this.reset();
      for (const { line, ratio } of lines ?? []) this.set({ line }, ratio);
    },
  });
}
