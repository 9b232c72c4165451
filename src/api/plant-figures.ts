import { ALARM_PRIORITIES, type AlarmPriority } from "../contract/schemas/alarm-v2.ts";
import type { ApiAnswer, ApiRequest } from "./door.ts";

/** How the plant does, in the few numbers that a monitoring system watches. */
export interface PlantFigures {
  /** Alarms that need somebody, by priority: raised and not silenced, or unacknowledged. */
  readonly alarms: Readonly<Record<AlarmPriority, number>>;
  /** OEE of each rated line over the last hours, 0 to 1; lines of which nothing is known are left out. */
  readonly oee: readonly { readonly line: string; readonly ratio: number }[];
}

/** OEE is that of so many hours up to now: a shift. */
export const OEE_HOURS = 8;
const HOUR_MS = 3_600_000;
/** A figure is worked out again after so long, milliseconds: a scrape costs nothing in between. */
const KEPT_MS = { alarms: 10_000, oee: 60_000 };
const SILENCED = new Set(["shelved", "suppressed", "out_of_service"]);

interface AlarmsAnswer {
  readonly alarms: readonly {
    readonly state: string;
    readonly newest: { readonly priority: AlarmPriority } | null;
  }[];
}
interface OeeAnswer {
  readonly figures: readonly {
    readonly of: string;
    readonly group: string | null;
    readonly oee: number | null;
  }[];
}

/** Asks the API for {@link PlantFigures}; what can't be answered at the moment is undefined, never an old number. */
export class PlantFiguresSource {
  readonly #ask: (request: ApiRequest) => Promise<ApiAnswer>;
  readonly #now: () => number;
  readonly #alarms: Kept<PlantFigures["alarms"]>;
  readonly #oee: Kept<PlantFigures["oee"]>;

  /** @param now milliseconds since 1970 */
  constructor(ask: (request: ApiRequest) => Promise<ApiAnswer>, now: () => number = Date.now) {
    this.#ask = ask;
    this.#now = now;
    this.#alarms = new Kept(KEPT_MS.alarms, now, () => this.#readAlarms());
    this.#oee = new Kept(KEPT_MS.oee, now, () => this.#readOee());
  }

  alarms(): Promise<PlantFigures["alarms"] | undefined> {
    return this.#alarms.get();
  }

  oee(): Promise<PlantFigures["oee"] | undefined> {
    return this.#oee.get();
  }

  async #readAlarms(): Promise<PlantFigures["alarms"] | undefined> {
    const answer = await this.#read<AlarmsAnswer>("alarms", {});
    if (answer === undefined) return undefined;
    const counts = Object.fromEntries(ALARM_PRIORITIES.map((priority) => [priority, 0]));
    for (const { state, newest } of answer.alarms) {
      if (newest === null || SILENCED.has(state)) continue;
      counts[newest.priority] = (counts[newest.priority] ?? 0) + 1;
    }
    return counts as Record<AlarmPriority, number>; // of all priorities
  }

  async #readOee(): Promise<PlantFigures["oee"] | undefined> {
    const from = new Date(this.#now() - OEE_HOURS * HOUR_MS).toISOString();
    const answer = await this.#read<OeeAnswer>("oee", { from });
    return answer?.figures.flatMap(({ of, group, oee }) =>
      group === null && oee !== null ? [{ line: of, ratio: oee }] : [],
    );
  }

  async #read<Answer>(route: string, query: ApiRequest["query"]): Promise<Answer | undefined> {
    const { status, body } = await this.#ask({
      ...{ route, query, params: {}, body: undefined, accept: "", ifNoneMatch: "" },
    });
    return status === 200 ? (JSON.parse(body) as Answer) : undefined;
  }
}

/** Something that is worked out when it is asked for, and again when it is too old; never twice at a time. */
class Kept<Value> {
  readonly #forMs: number;
  readonly #now: () => number;
  readonly #make: () => Promise<Value | undefined>;
  #madeAtMs = Number.NEGATIVE_INFINITY;
  #value: Promise<Value | undefined> = Promise.resolve(undefined);

  constructor(forMs: number, now: () => number, make: () => Promise<Value | undefined>) {
    this.#forMs = forMs;
    this.#now = now;
    this.#make = make;
  }

  get(): Promise<Value | undefined> {
    if (this.#now() - this.#madeAtMs >= this.#forMs) {
      this.#madeAtMs = this.#now();
      this.#value = this.#make();
    }
    return this.#value;
  }
}
