import type { Static } from "typebox";
import { discriminatedUnion } from "../../../contract/schemas/discriminated-union.ts";
import { ConchingSchema } from "./conching.ts";
import { CoolingSchema } from "./cooling.ts";
import { DepositingSchema } from "./depositing.ts";
import { DosingSchema } from "./dosing.ts";
import { GatewaySchema } from "./gateway.ts";
import { LineControllerSchema } from "./line-controller.ts";
import { MixingSchema } from "./mixing.ts";
import { PackagingSchema } from "./packaging.ts";
import { RefiningSchema } from "./refining.ts";
import { TemperingSchema } from "./tempering.ts";

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

export type MachineSimulation = Static<(typeof MODELS)[number]>;
/** The kinds of machine that can be simulated. */
export type MachineModelName = MachineSimulation["model"];
/** The parameters of one kind. */
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
