import { type Static, Type } from "typebox";
import { closedObject, name } from "./fields.ts";

const timeOfDay = (description: string) =>
  Type.String({
    pattern: "^([01][0-9]|2[0-3]):[0-5][0-9]$",
    description: `${description}, HH:MM on the site's clock`,
  });

const BreakSchema = closedObject(
  { from: timeOfDay("begin"), to: timeOfDay("end") },
  { description: "a planned break: the line isn't meant to run" },
);

/** When people work: what production figures are planned against and grouped by. */
export const ShiftSchema = closedObject(
  {
    name: name("its name"),
    from: timeOfDay("begin"),
    to: timeOfDay("end; the next day where it isn't later than the begin"),
    days: Type.Optional(
      Type.Array(Type.Enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), {
        minItems: 1,
        uniqueItems: true,
        description: "days on which it begins; by default every day",
      }),
    ),
    breaks: Type.Optional(Type.Array(BreakSchema, { description: "planned breaks" })),
  },
  { description: "a shift" },
);

/** A shift: when it begins and ends in the site's time, on which days, with which breaks. */
export type Shift = Static<typeof ShiftSchema>;
