import { type Static, Type } from "typebox";
import { discriminatedUnion } from "../../contract/schemas/combinators.ts";
import {
  closedObject,
  count,
  MATERIAL_PATTERN,
  name,
  nonNegative,
  number,
  positive,
} from "../schema/fields.ts";

const AT = { at_h: nonNegative("when it begins, h after the start of the simulation") };
const MACHINE = { machine: name("the machine, by its name in the plant file") };
const SENSOR = {
  ...AT,
  ...MACHINE,
  tag: name("the tag that its sensor measures"),
  hours: positive("how long, h"),
};

/** A contaminated lot comes in, is mixed with what is in the silo, used, and found out days later. */
const lotContaminated = closedObject({
  action: Type.Literal("lot_contaminated"),
  ...AT,
  ingredient: Type.String({ pattern: MATERIAL_PATTERN, description: "what is delivered" }),
  delivery_kg: positive("mass of the delivery, kg; at most what fits into the silo is taken"),
  hazard: name("what is in it, as the laboratory calls it"),
  discovered_after_h: positive("the laboratory's result comes so long after the delivery, h"),
});

/** The temperer's cooler loses its strength: its water and so the seeded mass get warmer and warmer. */
const coolerFails = closedObject({
  action: Type.Literal("cooler_fails"),
  ...AT,
  kelvin_per_h: positive("how fast the cooling zone gets warmer, K/h"),
  repaired_after_h: positive("repaired so long after the beginning, h"),
});

/** A nozzle clogs: its cavity gets less and less. */
const nozzleClogs = closedObject({
  action: Type.Literal("nozzle_clogs"),
  ...AT,
  nozzle: count("the nozzle, counted from 1"),
  pct_per_h: positive("share of its flow that it loses in an hour, %"),
  cleaned_after_h: positive("cleaned so long after the beginning, h"),
});

/** The metal detector doesn't find a test piece in the first test after `at_h`. */
const detectorFails = closedObject({
  action: Type.Literal("detector_fails"),
  ...AT,
  piece: Type.Enum(["ferrous", "non_ferrous", "stainless"], { description: "the piece it doesn't find" }),
  repaired_after_min: positive("repaired and tested again so long after the failed test, min"),
  rescreened_after_h: positive("what was on hold has been screened again so long after the failed test, h"),
});

/** Somebody leaves the cleaning out: changeovers to a product are pushed through only, and not verified. */
const cleanSkipped = closedObject({
  action: Type.Literal("clean_skipped"),
  ...AT,
  hours: positive("changeovers that begin within so many hours, h"),
  to: name("the product after the changeover"),
});

/** The gateway's uplink is cut: nothing of the line arrives; later everything that was kept does. */
const uplinkDown = closedObject({
  action: Type.Literal("uplink_down"),
  ...AT,
  hours: positive("how long, h"),
  telemetry_kept_min: nonNegative(
    "telemetry of so many minutes before the end is kept, the rest is lost, min",
  ),
  catch_up_per_s: positive("messages sent in a second afterwards, 1/s"),
});

/** A machine's clock jumps, until somebody sets it right. */
const clockJumps = closedObject({
  action: Type.Literal("clock_jumps"),
  ...AT,
  ...MACHINE,
  seconds: number("forward, or back when negative, s"),
  corrected_after_h: positive("set right so long after, h"),
});

/** The mains dip: all machines abort and complain, one after the other. */
const powerDips = closedObject({
  action: Type.Literal("power_dips"),
  ...AT,
  minutes: positive("how long the machines stand, min"),
  every_s: positive("an alarm comes every so many seconds, s"),
  alarms: Type.Array(
    closedObject({
      code: name("code of the alarm"),
      message: name("the alarm in words, with what to do"),
      priority: Type.Enum(["low", "medium", "high"], { description: "its priority" }),
    }),
    { minItems: 1, maxItems: 20, description: "what each machine of the line raises" },
  ),
});

/** A sensor shows what it showed when it got stuck. */
const sensorSticks = closedObject({ action: Type.Literal("sensor_sticks"), ...SENSOR });

/** A sensor drifts away from the truth. */
const sensorDrifts = closedObject({
  action: Type.Literal("sensor_drifts"),
  ...SENSOR,
  per_h: number("how fast, in the tag's unit, 1/h"),
});

/** A sensor shows noise on top of the truth: a loose contact. */
const sensorNoisy = closedObject({
  action: Type.Literal("sensor_noisy"),
  ...SENSOR,
  sigma: positive("standard deviation of the noise, in the tag's unit"),
});

const ACTIONS = [
  lotContaminated,
  coolerFails,
  nozzleClogs,
  detectorFails,
  cleanSkipped,
  uplinkDown,
  clockJumps,
  powerDips,
  sensorSticks,
  sensorDrifts,
  sensorNoisy,
] as const;

/** Something that goes wrong, and when. */
export const DisturbanceSchema = discriminatedUnion("action", ACTIONS, {
  description: "what goes wrong, and when",
});

/** Something that goes wrong on a simulated line, told by its `action`. */
export type Disturbance = Static<(typeof ACTIONS)[number]>;
/** What is done to the line or to a sensor. */
export type DisturbanceAction = Disturbance["action"];
/** The parameters of one kind of disturbance. */
export type DisturbanceOf<Action extends DisturbanceAction> = Extract<Disturbance, { action: Action }>;
