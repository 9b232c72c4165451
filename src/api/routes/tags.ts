import { Type } from "typebox";
import { DEVICE_STATUSES, VALUE_QUALITIES } from "../../contract/schemas/value-quality.ts";
import { machineStateView } from "../../monitor/machine-state/machine-state-view.ts";
import { oneMachineNow } from "../../monitor/machine-state/machines-now.ts";
import { isStale } from "../../monitor/machine-state/silence.ts";
import {
  allCurrentValues,
  type CurrentValue,
  type MachineValues,
} from "../../monitor/tags/current-values.ts";
import { tagsView } from "../../monitor/tags/tags-view.ts";
import { chosenMachines } from "../../plant/chosen-machines.ts";
import { isoTime } from "../../time/iso-time.ts";
import type { ApiContext } from "../context.ts";
import { keyOf, NEXT, PAGE, page } from "../paging.ts";
import { Time } from "../period.ts";
import { closed, type Route, route } from "../route.ts";
import { LEVELS, orNull } from "../schemas.ts";
import { standing, tagModel } from "../tag-model.ts";
import { watchOf } from "../watch.ts";

const AnyValue = orNull(Type.Union([Type.Number(), Type.String(), Type.Boolean()]));

/** A tag's limits, as answers have them. */
export const LIMITS = {
  min: orNull(Type.Number({ description: "Lowest value of normal running" })),
  max: orNull(Type.Number({ description: "Highest value of normal running" })),
  alarm_low: orNull(Type.Number()),
  alarm_high: orNull(Type.Number()),
};

const Value = closed({
  machine: Type.String({ description: "`<site>/<line>/<step>/<machine>`" }),
  tag: Type.String(),
  label: orNull(Type.String({ description: "A word or two for a display" })),
  value: AnyValue,
  unit: orNull(Type.String({ description: "As the machine says it, else as the plant model has it" })),
  quality: Type.Enum(VALUE_QUALITIES, { description: "As the machine said it when it measured" }),
  status: orNull(Type.Enum(DEVICE_STATUSES, { description: "NAMUR NE 107" })),
  standing: orNull(
    Type.Enum(["normal", "out", "alarm"], {
      description: "`out`: outside the normal range; `alarm`: beyond an alarm limit; null: no limit is known",
    }),
  ),
  at: Time,
  age_ms: Type.Number({ description: "Now minus `at`, milliseconds" }),
  stale: Type.Boolean({
    description:
      "The value is only held: its machine's connection is lost, or nobody said it for ten telemetry intervals (30 s at least)",
  }),
  received_at: Time,
  ...LIMITS,
  decimals: orNull(Type.Integer()),
  product: orNull(Type.String({ description: "What the machine said it makes; limits are this one's" })),
  boot: orNull(Type.String()),
  seq: orNull(Type.Integer()),
  message_id: Type.Integer({ description: "The message that says it" }),
});

const values = route({
  method: "GET",
  path: "/api/tags",
  name: "tags",
  area: "Tags",
  summary: "The newest value of every tag, with quality, age, unit and limits",
  description:
    "By machine and tag. `limit` counts machines. Newest is what the machine said last: a refill of older values, or a clock that is wrong, doesn't hide it.",
  query: closed({ ...LEVELS, ...PAGE }),
  answer: closed({ values: Type.Array(Value), next: NEXT }),
  list: "values",
  views: [tagsView, machineStateView],
  changesWith: ["now"],
  handle({ query }, context) {
    const { limit = 100, cursor, ...levels } = query;
    const after = keyOf(cursor, 1)?.[0];
    const isChosen = chosenMachines(levels);
    const reading = context.views.reading(tagsView);
    function* chosen() {
      const all = allCurrentValues(reading, { after: after === undefined ? undefined : String(after) });
      for (const each of all) if (isChosen(each.machine)) yield each;
    }
    const { rows, next } = page(chosen(), limit, ({ machine }) => [machine]);
    const watch = watchOf(context);
    const states = context.views.reading(machineStateView);
    return {
      values: rows.flatMap((machine) => {
        const connected = oneMachineNow(states, machine.machine, watch)?.connected;
        const silentAfterMs = watch.silentAfterMs(machine.machine);
        return machine.values.map((value) => ({
          ...shown(machine, value, context),
          stale: isStale({ ...value, connected, silentAfterMs }, watch.nowMs),
        }));
      }),
      next,
    };
  },
});

function shown({ machine, product }: MachineValues, value: CurrentValue, { plant, nowMs }: ApiContext) {
  const model = tagModel(plant, machine, value.tag, product ?? undefined);
  return {
    machine,
    tag: value.tag,
    label: model.label,
    value: value.value,
    unit: value.unit ?? model.unit,
    quality: value.quality,
    status: value.status,
    standing: standing(value.value, model.limits),
    at: isoTime(value.atMs),
    age_ms: nowMs - value.atMs,
    received_at: isoTime(value.receivedAtMs),
    ...limitsShown(model.limits),
    decimals: model.decimals,
    product,
    boot: value.boot,
    seq: value.seq,
    message_id: value.messageId,
  };
}

/** Limits as {@link LIMITS} has them. */
export function limitsShown(limits: {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly alarm_low?: number | undefined;
  readonly alarm_high?: number | undefined;
}) {
  const { min = null, max = null, alarm_low = null, alarm_high = null } = limits;
  return { min, max, alarm_low, alarm_high };
}

/** `GET /api/tags`. */
export const tagRoutes: readonly Route[] = [values];
