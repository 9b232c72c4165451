import { Type } from "typebox";
import { LEVEL_PATTERN, STEP_PATTERN } from "../../contract/topic.ts";

const level = (description: string) =>
  Type.String({ pattern: LEVEL_PATTERN.source, maxLength: 63, description });

/** The path parameters that name one machine. */
export const ADDRESS = {
  site: level("As tunis-01"),
  line: level("As line-a"),
  step: Type.String({ pattern: STEP_PATTERN.source, maxLength: 63, description: "As s5_tempering" }),
  machine: level("As temper-01"),
};

/** `<site>/<line>/<step>/<machine>` */
export function keyOfAddress(address: {
  readonly site: string;
  readonly line: string;
  readonly step: string;
  readonly machine: string;
}): string {
  return `${address.site}/${address.line}/${address.step}/${address.machine}`;
}
