import type { ApiContext } from "../../src/api/context.ts";
import type { ApiRequest } from "../../src/api/door.ts";
import type { LogReading } from "../../src/log/log-reading.ts";
import { plantOf } from "../../src/plant/plant.ts";
import type { PlantDocument } from "../../src/plant/schema/plant-document.ts";

/** An empty plant: what a handler under test doesn't ask for needs nothing. */
const NO_PLANT = {
  plant: 1,
  name: "none",
  gs1: { company_prefix: "000000" },
  ingredients: [],
  products: [],
  sites: [],
};

/** A context in which nothing is there but what the test gives. */
export function contextOf(parts: Partial<ApiContext> = {}): ApiContext {
  const missing = (what: string) => (): never => {
    throw new TypeError(`the test gives no ${what}`);
  };
  return {
    plant: plantOf(NO_PLANT as PlantDocument),
    nowMs: Date.UTC(2026, 0, 11, 10),
    version: "1.2.3",
    views: {
      reading: missing("views"),
      editions: () => [],
      findingCount: () => 0,
      findings: () => undefined,
    },
    log: () => endingAt(7),
    quarantine: missing("quarantine"),
    completeness: missing("completeness"),
    health: () => ({ alive: true, ready: true, checks: [] }),
    notifications: () => undefined,
    quarantineWork: {
      replay: missing("replay"),
      correct: missing("correct"),
      dismiss: missing("dismiss"),
    },
    print: missing("printer"),
    spend() {},
    ...parts,
  };
}

/** A log of which only the end is asked. */
export function endingAt(id: number): LogReading {
  return {
    query: () => [],
    end: () => ({ logId: "log", id, checksum: 1 }),
    divergence: () => undefined,
    names: () => [],
    async *ends() {},
    close() {},
  };
}

/** A request for a route, with nothing but what the test says. */
export function requestFor(route: string, parts: Partial<ApiRequest> = {}): ApiRequest {
  return { route, params: {}, query: {}, body: undefined, accept: "", ifNoneMatch: "", ...parts };
}
