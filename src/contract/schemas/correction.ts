import { Type } from "typebox";
import { BOOT_PATTERN, MAX_SEQ } from "../identity.ts";
import { text } from "./envelope.ts";
import { machineKey } from "./machine-key.ts";

/** The log is append-only: a wrong record is put right by a later one that names it. */
export const CORRECTS = Type.Optional(
  Type.Object(
    {
      machine: Type.Optional(machineKey("the machine that sent the wrong message, when it is another one")),
      boot: Type.String({ pattern: BOOT_PATTERN.source, description: "the boot of the wrong message" }),
      seq: Type.Integer({ minimum: 1, maximum: MAX_SEQ, description: "the seq of the wrong message" }),
      reason: text("what was wrong", 500),
      by: text("the person who corrects it"),
    },
    { description: "the earlier message that this one replaces" },
  ),
);
