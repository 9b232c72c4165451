import type { Machine } from "../../plant/schema/machine.ts";
import { limitsFor, type Tag } from "../../plant/schema/tag.ts";
import { roundTo } from "../rounding.ts";
import { STEP_S } from "../step-time.ts";
import type { BodyOf, Readings } from "./machine-event.ts";

type RaisedBody = Extract<BodyOf<"alarm">, { event: "raised" }>;

/** An alarm that begins, or ends with the value at that time. */
export type AlarmChange =
  | {
      readonly event: "raised";
      readonly alarmId: string;
      readonly body: Omit<RaisedBody, "alarm_id" | "event">;
    }
  | {
      readonly event: "cleared";
      readonly alarmId: string;
      readonly value: number;
      readonly unit: string | undefined;
    };

/** One side of one tag that is watched. */
interface WatchedLimit {
  readonly alarmId: string;
  readonly name: string;
  readonly tag: Tag;
  readonly side: "low" | "high";
  /** The limit for the product that is made; where it has none, infinitely far on that side. */
  at: number;
  passedS: number;
  active: boolean;
}

/** A tag that is watched, on one side or both. */
interface WatchedTag {
  readonly name: string;
  /** Also while the machine stands. */
  readonly always: boolean;
  readonly limits: readonly WatchedLimit[];
  /** Between these, both included, no limit is passed; most values of most steps are. */
  from: number;
  to: number;
  /** No limit is passed, for however short a time, and no alarm stands. */
  calm: boolean;
}

const NO_CHANGES: readonly AlarmChange[] = [];

/**
 * Watches the alarm limits of a machine's tags: an alarm is raised when the limit has been passed for the tag's delay
 * and cleared when the value has come back by its deadband, so that noise at the limit doesn't chatter (ISA-18.2).
 */
export class AlarmWatch {
  readonly #tags: readonly WatchedTag[];
  #product: string | undefined;

  constructor(machine: Machine) {
    const tags: WatchedTag[] = [];
    for (const [name, tag] of Object.entries(machine.tags)) {
      const limits = watchedLimits(name, tag);
      if (limits.length === 0) continue;
      tags.push({ name, always: tag.alarm?.always === true, limits, ...between(limits), calm: true });
    }
    this.#tags = tags;
  }

  /** Looks at the values of one step. Tags without `always` are watched only while the machine runs. */
  step(readings: Readings, product: string | undefined, running: boolean): readonly AlarmChange[] {
    if (product !== this.#product) this.#follow(product);
    let changes: AlarmChange[] | undefined;
    for (const tag of this.#tags) {
      const reading = readings[tag.name];
      const value = typeof reading === "object" ? reading.value : reading;
      if (typeof value !== "number") continue;
      if (tag.calm && value >= tag.from && value <= tag.to) continue;
      const good = typeof reading !== "object" || reading.quality === "good";
      const watched = good && (running || tag.always);
      tag.calm = true;
      for (const limit of tag.limits) {
        const beyond = watched ? beyondLimit(limit, value) : Number.NEGATIVE_INFINITY;
        if (beyond <= 0 && !limit.active) {
          limit.passedS = 0;
          continue;
        }
        tag.calm = false;
        const change = look(limit, value, beyond);
        if (change === undefined) continue;
        changes ??= [];
        changes.push(change);
      }
    }
    return changes ?? NO_CHANGES;
  }

  /** The limits of another product are in force. */
  #follow(product: string | undefined): void {
    this.#product = product;
    for (const tag of this.#tags) {
      for (const limit of tag.limits) limit.at = limitOf(limit.tag, limit.side, product);
      Object.assign(tag, between(tag.limits));
    }
  }
}

/** The span in which no limit is passed. */
function between(limits: readonly WatchedLimit[]): { readonly from: number; readonly to: number } {
  let from = Number.NEGATIVE_INFINITY;
  let to = Number.POSITIVE_INFINITY;
  for (const { side, at } of limits) {
    if (side === "low") from = Math.max(from, at);
    else to = Math.min(to, at);
  }
  return { from, to };
}

/** How far a value is beyond a limit. */
function beyondLimit({ side, at }: WatchedLimit, value: number): number {
  return side === "high" ? value - at : at - value;
}

/** A limit that is passed, or whose alarm stands. */
function look(limit: WatchedLimit, value: number, beyond: number): AlarmChange | undefined {
  if (limit.active) {
    if (beyond > -(limit.tag.alarm?.deadband ?? 0)) return undefined;
    limit.active = false;
    limit.passedS = 0;
    return {
      event: "cleared",
      alarmId: limit.alarmId,
      value: rounded(value, limit.tag),
      unit: limit.tag.unit,
    };
  }
  limit.passedS += STEP_S;
  if (limit.passedS <= (limit.tag.alarm?.delay_s ?? 0)) return undefined;
  limit.active = true;
  return {
    event: "raised",
    alarmId: limit.alarmId,
    body: raisedBody(limit, rounded(value, limit.tag)),
  };
}

/** The sides on which a tag has a limit, for whatever product; in force is what holds for no product in particular. */
function watchedLimits(name: string, tag: Tag): WatchedLimit[] {
  const products = Object.values(tag.by_product ?? {});
  return (["low", "high"] as const).flatMap((side): WatchedLimit[] => {
    const kind = `alarm_${side}` as const;
    if (tag[kind] === undefined && products.every((own) => own[kind] === undefined)) return [];
    const at = limitOf(tag, side, undefined);
    return [{ alarmId: `${name}.${side}`, name, tag, side, at, passedS: 0, active: false }];
  });
}

function limitOf(tag: Tag, side: "low" | "high", product: string | undefined): number {
  const none = side === "high" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return limitsFor(tag, product)[`alarm_${side}`] ?? none;
}

function raisedBody(limit: WatchedLimit, value: number): Omit<RaisedBody, "alarm_id" | "event"> {
  const { name, side, tag, at } = limit;
  const unit = tag.unit === undefined ? "" : ` ${tag.unit}`;
  const words = `${name} ${value}${unit} is ${side === "high" ? "above" : "below"} ${at}${unit}`;
  const action = tag.alarm?.action;
  return {
    code: tag.alarm?.code ?? `${name}_${side}`.toUpperCase(),
    message: action === undefined ? words : `${words}: ${action}`,
    priority: tag.alarm?.priority ?? "low",
    tag: name,
    value,
    limit: at,
    limit_kind: side,
    ...(tag.unit === undefined ? {} : { unit: tag.unit }),
  };
}

/** A value with the tag's decimals. */
export function rounded(value: number, tag: Tag): number {
  return roundTo(value, tag.decimals ?? 2);
}
