import type { ApiAnswer, ApiRequest } from "../../api/door.ts";
import type { HealthReport } from "../../ingest/health.ts";
import type { Condition, ConditionKind, Look } from "../../notify/condition.ts";
import {
  alarmCondition,
  type MachineCoverage,
  type MachineState,
  missingCondition,
  notReadyConditions,
  type OpenAlarm,
  type QuarantinedMessage,
  quarantineConditions,
  silentCondition,
  viewsBehindConditions,
} from "../../notify/conditions.ts";
import { type FollowerStatus, lagSeconds, leading } from "../../views/follower-status.ts";

/** What conditions are read from: the API's answers, health, and how far the views are. */
export interface ConditionSources {
  readonly ask: (request: ApiRequest) => Promise<ApiAnswer>;
  readonly health: () => HealthReport;
  readonly views: () => FollowerStatus;
}

/** What is missing or put aside counts as long as it is so young, milliseconds. */
const LATELY_MS = 3_600_000;
/** What is asked where nothing new is in the log, and what is dearer to ask, is asked this seldom, milliseconds. */
const SELDOM_MS = 15_000;
/** Messages in quarantine that are looked at. */
const MOST_QUARANTINED = 500;

/** Looks at what stands: the questions are the API's own, answered in its threads. */
export class ConditionWatch {
  readonly #sources: ConditionSources;
  readonly #found = new Map<ConditionKind, readonly Condition[] | undefined>();
  readonly #notReadySince = new Map<string, number>();
  #position = -1;
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(sources: ConditionSources) {
    this.#sources = sources;
  }

  /** @param now milliseconds since 1970: answers take their time, and the look is as of its end */
  async look(now: () => number): Promise<Look> {
    const askedMs = now();
    const { logEnd } = this.#sources.views();
    const seldom = askedMs - this.#askedMs >= SELDOM_MS || askedMs < this.#askedMs;
    if (seldom || logEnd !== this.#position) {
      await this.#ask("alarm", "alarms", {}, ({ alarms }: { alarms: readonly OpenAlarm[] }) =>
        alarms.flatMap(alarmCondition),
      );
    }
    if (seldom) {
      const from = new Date(askedMs - LATELY_MS).toISOString();
      await this.#ask(
        "missing",
        "coverage",
        { from },
        ({ machines }: { machines: readonly MachineCoverage[] }) => machines.flatMap(missingCondition),
      );
      await this.#ask(
        "quarantine",
        "quarantine",
        { from, limit: MOST_QUARANTINED },
        ({ quarantined, next }: { quarantined: readonly QuarantinedMessage[]; next: string | null }) =>
          quarantineConditions(quarantined, next === null),
      );
      await this.#ask("silent", "now", {}, ({ machines }: { machines: readonly MachineState[] }) =>
        machines.flatMap(silentCondition),
      );
      this.#askedMs = askedMs;
    }
    this.#position = logEnd;
    const nowMs = now();
    this.#found.set("not_ready", this.#notReady(nowMs));
    this.#found.set("views_behind", this.#viewsBehind(nowMs));
    const known = [...this.#found].flatMap(([kind, conditions]) =>
      conditions === undefined ? [] : [[kind, conditions] as const],
    );
    return {
      atMs: nowMs,
      conditions: known.flatMap(([, conditions]) => conditions),
      known: new Set(known.map(([kind]) => kind)),
    };
  }

  /** What can't be asked isn't known; an answer has the shape of its route's schema. */
  async #ask<Answer>(
    kind: ConditionKind,
    route: string,
    query: ApiRequest["query"],
    conditionsOf: (answer: Answer) => readonly Condition[],
  ): Promise<void> {
    const { status, body } = await this.#sources.ask({
      ...{ route, query, params: {}, body: undefined, accept: "application/json", ifNoneMatch: "" },
    });
    this.#found.set(kind, status === 200 ? conditionsOf(JSON.parse(body) as Answer) : undefined);
  }

  #notReady(nowMs: number): readonly Condition[] {
    const { checks, ready } = this.#sources.health();
    const conditions = ready ? [] : notReadyConditions(checks, nowMs);
    const keys = new Set(conditions.map(({ key }) => key));
    for (const key of this.#notReadySince.keys()) if (!keys.has(key)) this.#notReadySince.delete(key);
    return conditions.map((condition) => {
      const sinceMs = this.#notReadySince.get(condition.key) ?? nowMs;
      this.#notReadySince.set(condition.key, sinceMs);
      return { ...condition, sinceMs };
    });
  }

  #viewsBehind(nowMs: number): readonly Condition[] {
    const lags = leading(this.#sources.views().views).map((each) => lagSeconds(each, nowMs));
    return viewsBehindConditions(Math.max(0, ...lags), nowMs);
  }
}
