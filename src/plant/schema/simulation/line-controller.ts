import { type Static, Type } from "typebox";
import { closedObject } from "../closed-object.ts";
import { nonNegative } from "../quantity.ts";

/** The line controller: releases batches, follows them, reports them. */
export const LineControllerSchema = closedObject({
  model: Type.Literal("line_controller"),
  lead_minutes: nonNegative("dosing begins so long before a conche gets free, min"),
});

export type LineControllerParameters = Static<typeof LineControllerSchema>;
