import type { AlarmV2 } from "../schemas/alarm-v2.ts";
import type { AlarmV1 } from "../schemas/version-1.ts";
import { BOOT, LINE, type PayloadExample } from "./example.ts";

const TEMPER = `${LINE}/s5_tempering/temper-01`;
const TEMPER_ALARM = `factory/${TEMPER}/alarm`;
const DESK_ALARM = `factory/${LINE}/s0_office/line-desk/alarm`;

/** Version 1 alarms, for the contract's documents and the tests. */
export const ALARM_V1_EXAMPLES: readonly PayloadExample<AlarmV1>[] = [
  {
    name: "tempering-too-warm",
    topic: TEMPER_ALARM,
    summary: "the seed's alarm: the tempered mass is too warm",
    payload: {
      ts: "2026-01-11T08:31:02.118000+00:00",
      severity: "HIGH",
      code: "TEMP_OUT_OF_RANGE",
      message: "Tempering temperature above 33.0",
      product_type: "dark",
      batch_id: "B20260111-DA-0042",
      value: 33.4,
      limit: 33,
    },
  },
];

const ALARM = { v: 2, boot: BOOT, alarm_id: "temp-high" } as const;
const FROM_DESK = { ...ALARM, source: TEMPER, raised_at: "2026-01-11T08:31:02Z" } as const;

/** One alarm message for each step in an alarm's life (ISA-18.2). */
export const ALARM_V2_EXAMPLES: readonly PayloadExample<AlarmV2>[] = [
  {
    name: "raised",
    topic: TEMPER_ALARM,
    summary: "the condition came",
    payload: {
      ...ALARM,
      seq: 4790,
      ts: "2026-01-11T08:31:02Z",
      event: "raised",
      code: "TEMP_OUT_OF_RANGE",
      message: "Tempered mass too warm: check the cooling water of zone 2",
      priority: "high",
      tag: "temp_c",
      value: 33.4,
      limit: 33,
      limit_kind: "high",
      limit_version: "3",
      unit: "°C",
      product_type: "dark",
      batch_id: "B20260111-DA-0042",
    },
  },
  {
    name: "acknowledged",
    topic: DESK_ALARM,
    summary: "an operator at the line's desk has seen it",
    payload: { ...FROM_DESK, seq: 3, ts: "2026-01-11T08:31:40Z", event: "acknowledged", by: "a.trabelsi" },
  },
  {
    name: "commented",
    topic: DESK_ALARM,
    summary: "the operator says what was found",
    payload: {
      ...FROM_DESK,
      seq: 5,
      ts: "2026-01-11T08:35:10Z",
      event: "commented",
      by: "a.trabelsi",
      comment: "valve of zone 2 stuck, freed by hand",
    },
  },
  {
    name: "cleared",
    topic: TEMPER_ALARM,
    summary: "the condition went",
    payload: {
      ...ALARM,
      seq: 4822,
      ts: "2026-01-11T08:36:15Z",
      event: "cleared",
      raised_at: "2026-01-11T08:31:02Z",
      value: 32.4,
      unit: "°C",
    },
  },
  {
    name: "shelved",
    topic: DESK_ALARM,
    summary: "silenced for an hour by a person",
    payload: {
      ...FROM_DESK,
      seq: 4,
      ts: "2026-01-11T08:40:00Z",
      event: "shelved",
      by: "a.trabelsi",
      until: "2026-01-11T09:40:00Z",
      reason: "cooling water pump is being changed",
    },
  },
  {
    name: "suppressed",
    topic: TEMPER_ALARM,
    summary: "silenced by design",
    payload: {
      ...ALARM,
      seq: 5001,
      ts: "2026-01-11T10:00:00Z",
      event: "suppressed",
      reason: "the machine is being cleaned",
    },
  },
];
