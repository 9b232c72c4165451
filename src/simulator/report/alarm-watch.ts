import { qualifiedValue } from "../../contract/schemas/telemetry-v2.ts";
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
  /** The limit in force, by product: looked up each second, so kept. */
  readonly inForce: Map<string | undefined, number | undefined>;
  passedS: number;
  active: boolean;
}

/**
 * Watches the alarm limits of a machine's tags: an alarm is raised when the limit has been passed for the tag's delay
 * and cleared when the value has come back by its deadband, so that noise at the limit doesn't chatter (ISA-18.2).
 */
export class AlarmWatch {
  readonly #limits: readonly WatchedLimit[];

  constructor(machine: Machine) {
    const limits: WatchedLimit[] = [];
    for (const [name, tag] of Object.entries(machine.tags)) {
      for (const side of ["low", "high"] as const) {
        const kind = `alarm_${side}` as const;
        const products = Object.values(tag.by_product ?? {});
        if (tag[kind] === undefined && products.every((own) => own[kind] === undefined)) continue;
        limits.push({
          alarmId: `${name}.${side}`,
          name,
          tag,
          side,
          inForce: new Map(),
          passedS: 0,
          active: false,
        });
      }
    }
    this.#limits = limits;
  }

  /** Looks at the values of one step. Tags without `always` are watched only while the machine runs. */
  step(readings: Readings, product: string | undefined, running: boolean): AlarmChange[] {
    const changes: AlarmChange[] = [];
    for (const limit of this.#limits) {
      const reading = readings[limit.name];
      if (reading === undefined) continue;
      const { value, quality } = qualifiedValue(reading);
      if (typeof value !== "number") continue;
      const watched = quality === "good" && (running || limit.tag.alarm?.always === true);
      const change = this.#look(limit, value, product, watched);
      if (change !== undefined) changes.push(change);
    }
    return changes;
  }

  #look(
    limit: WatchedLimit,
    value: number,
    product: string | undefined,
    watched: boolean,
  ): AlarmChange | undefined {
    const at = watched ? limitInForce(limit, product) : undefined;
    const beyond =
      at === undefined ? Number.NEGATIVE_INFINITY : limit.side === "high" ? value - at : at - value;
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
    if (beyond <= 0 || at === undefined) {
      limit.passedS = 0;
      return undefined;
    }
    limit.passedS += STEP_S;
    if (limit.passedS <= (limit.tag.alarm?.delay_s ?? 0)) return undefined;
    limit.active = true;
    return {
      event: "raised",
      alarmId: limit.alarmId,
      body: raisedBody(limit, rounded(value, limit.tag), at),
    };
  }
}

function limitInForce(limit: WatchedLimit, product: string | undefined): number | undefined {
  if (limit.inForce.has(product)) return limit.inForce.get(product);
  const at = limitsFor(limit.tag, product)[`alarm_${limit.side}`];
  limit.inForce.set(product, at);
  return at;
}

function raisedBody(limit: WatchedLimit, value: number, at: number): Omit<RaisedBody, "alarm_id" | "event"> {
  const { name, side, tag } = limit;
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
