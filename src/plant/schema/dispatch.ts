import { type Static, Type } from "typebox";
import { closedObject, count, name, nonNegative } from "./fields.ts";

const hour = (description: string) => Type.Number({ minimum: 0, exclusiveMaximum: 24, description });

/** How finished goods are released and leave for customers. */
export const DispatchSchema = closedObject(
  {
    release_after_h: nonNegative(
      "a pallet waits so long for its release: chocolate rests, the laboratory has its results, h",
    ),
    release_utc_h: hour("when quality releases what has waited long enough, hour of the day, UTC"),
    departs_utc_h: hour("when trucks leave, hour of the day, UTC"),
    pallets_per_truck: count("pallets that a truck takes"),
    carrier: name("who carries them"),
    customers: Type.Array(
      closedObject({
        gln: Type.String({ pattern: "^[0-9]{13}$", description: "Global Location Number, 13 digits" }),
        name: name("name"),
        address: name("where it is"),
      }),
      { minItems: 1, description: "who is supplied, one truck after the other" },
    ),
  },
  { description: "release and dispatch of finished goods; without it nothing leaves the line's warehouse" },
);
/** When finished goods are released, and to whom they go. */
export type Dispatch = Static<typeof DispatchSchema>;
