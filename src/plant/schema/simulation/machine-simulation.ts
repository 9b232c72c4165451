import { type Static, Type } from "typebox";
import { discriminatedUnion } from "../../../contract/schemas/combinators.ts";
import { DispatchSchema } from "../dispatch.ts";
import { closedObject, nonNegative, percent, positive } from "../fields.ts";
import { CoolingSchema, DepositingSchema, PackagingSchema, TemperingSchema } from "./bar-simulation.ts";
import { ConchingSchema, DosingSchema, MixingSchema, RefiningSchema } from "./mass-simulation.ts";

/** The line's gateway to the data center. */
const GatewaySchema = closedObject({
  model: Type.Literal("gateway"),
  latency_ms: positive("median round trip to the data center, ms"),
  cpu_pct: percent("usual load, %"),
  disk_pct: percent("usual filling of its disk, %"),
  slow_uplink_mean_hours: positive("mean time between two spells of a slow uplink, h"),
  slow_uplink_s: nonNegative("how long such a spell lasts, s"),
});

/** How the line's gateway behaves: latency, load, spells of a slow uplink. */
export type GatewayParameters = Static<typeof GatewaySchema>;

/** The line controller: releases batches, follows them, reports them; keeps the warehouse. */
const LineControllerSchema = closedObject({
  model: Type.Literal("line_controller"),
  lead_minutes: nonNegative("dosing begins so long before a conche gets free, min"),
  dispatch: Type.Optional(DispatchSchema),
});

/** How far ahead the line controller plans, and how it dispatches. */
export type LineControllerParameters = Static<typeof LineControllerSchema>;

const MODELS = [
  DosingSchema,
  MixingSchema,
  RefiningSchema,
  ConchingSchema,
  TemperingSchema,
  DepositingSchema,
  CoolingSchema,
  PackagingSchema,
  GatewaySchema,
  LineControllerSchema,
] as const;

/** How a machine is simulated: the model of its kind, with the parameters of this one. */
export const MachineSimulationSchema = discriminatedUnion("model", MODELS, {
  description: "how the machine is simulated; a machine without it isn't",
});

type MachineSimulation = Static<(typeof MODELS)[number]>;
/** The kinds of machine that can be simulated. */
export type MachineModelName = MachineSimulation["model"];
/** The simulation's parameters of a given `model`. */
export type SimulationOf<Name extends MachineModelName> = Extract<MachineSimulation, { model: Name }>;

/** Kinds that a simulated line needs exactly one of, in the order the product takes; of conches it may have more. */
export const LINE_MODELS = [
  "dosing",
  "mixing",
  "refining",
  "conching",
  "tempering",
  "depositing",
  "cooling",
  "packaging",
  "line_controller",
] as const satisfies readonly MachineModelName[];
