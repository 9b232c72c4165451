import { type Static, Type } from "typebox";
import { closedObject, name, nonNegative, positive } from "../schema/fields.ts";
import { DisturbanceSchema } from "./disturbance.ts";
import { EvidenceSchema } from "./evidence.ts";

const FINDING_PATTERN = "^[a-z][a-z0-9_]{0,62}$";

const ExpectationSchema = closedObject(
  {
    finding: Type.String({ pattern: FINDING_PATTERN, description: "its name" }),
    says: Type.String({ minLength: 1, maxLength: 500, description: "what is to be found, in words" }),
    machine: Type.Optional(name("the machine it is about; absent when it is about the line")),
    from_h: nonNegative("not before, h after the start of the simulation"),
    until_h: positive("not after, h after the start of the simulation"),
    alarms: Type.Optional(
      Type.Array(name("code of an alarm"), { minItems: 1, description: "alarms that are raised, by code" }),
    ),
    evidence: Type.Optional(
      Type.Array(EvidenceSchema, {
        minItems: 1,
        description: "what the messages show; all of it must be there",
      }),
    ),
  },
  { description: "what a good monitoring system finds" },
);

/** A scenario: what goes wrong on a line, and what is to be found of it. Field names are those of the file. */
export const ScenarioDocumentSchema = closedObject(
  {
    scenario: Type.Literal(1, { description: "version of the scenario file's form" }),
    id: Type.String({ pattern: "^[a-z][a-z0-9-]{0,62}$", description: "its name; that of its file" }),
    title: name("a line about it"),
    description: Type.String({ minLength: 1, maxLength: 2000, description: "what happens, and why" }),
    hours: positive("simulated time until all of it is over, h"),
    line: Type.Optional(name("the line it happens on, <site>/<line>; by default the first simulated one")),
    disturbances: Type.Array(DisturbanceSchema, { description: "what goes wrong; empty: nothing does" }),
    expect: Type.Array(ExpectationSchema, { minItems: 1, description: "what is to be found" }),
  },
  { title: "Scenario", description: "What goes wrong on a line, and what a good monitoring system finds" },
);

/** A scenario, as its YAML file has it (scenarios/). */
export type ScenarioDocument = Static<typeof ScenarioDocumentSchema>;
/** A finding that a good monitoring system has, and what shows it. */
export type Expectation = Static<typeof ExpectationSchema>;
