import { type Static, Type } from "typebox";
import { recordOf } from "./schemas/combinators.ts";
import { SIGNATURE, text, timestamp } from "./schemas/envelope.ts";
import { PLAIN_VALUE } from "./schemas/value-quality.ts";

/**
 * What the data center asks of a machine. Published at QoS 1, not retained, on
 * `datacenter/<site>/<line>/<step>/<machine>/command`. The machine answers, where there is something to answer,
 * with a state, alarm or batch message that says `by`: a command is a wish, the answer is a fact.
 */
export const CommandSchema = Type.Object(
  {
    command_id: text("the command; a machine that has carried it out ignores it when it comes again"),
    command: Type.String({
      pattern: "^[a-z][a-z0-9_]{0,62}$",
      description: "what to do, for example hold, resume, refill, set_parameter",
    }),
    parameters: Type.Optional(
      recordOf(PLAIN_VALUE, { description: "values the command needs, by name; the unit ends the name" }),
    ),
    at: timestamp("when it was given"),
    expires_at: Type.Optional(timestamp("after that it is not to be carried out")),
    by: text("the person or program that gave it"),
    reason: Type.Optional(text("why", 500)),
    sig: SIGNATURE,
  },
  { title: "Command", description: "What the data center asks of a machine", additionalProperties: true },
);

/** What the data center asks a machine to do, on its `command` topic. */
export type Command = Static<typeof CommandSchema>;
