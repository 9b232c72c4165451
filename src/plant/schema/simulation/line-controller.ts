import { type Static, Type } from "typebox";
import { closedObject } from "../closed-object.ts";
import { DispatchSchema } from "../dispatch.ts";
import { nonNegative } from "../quantity.ts";

/** The line controller: releases batches, follows them, reports them; keeps the warehouse. */
export const LineControllerSchema = closedObject({
  model: Type.Literal("line_controller"),
  lead_minutes: nonNegative("dosing begins so long before a conche gets free, min"),
  dispatch: Type.Optional(DispatchSchema),
});

export type LineControllerParameters = Static<typeof LineControllerSchema>;
