import { ConcheError } from "../../errors/conche-error.ts";
import type { Goods } from "../../monitor/holds/hold-action.ts";
import { personWords } from "../option-values.ts";

/** The options that name goods. */
export const GOODS_OPTIONS = {
  lots: { argument: "IDS", help: "lots, with commas between", parse: idsOf },
  units: { argument: "IDS", help: "cases and pallets (SSCC), with commas between", parse: idsOf },
  why: { argument: "TEXT", help: "the reason; it is said in the message", parse: personWords },
} as const;

/** As the API has it: what does not fit one message is said in several. */
const MOST = 1_000;
const LONGEST = 80;

function idsOf(text: string): readonly string[] {
  const ids = text
    .split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "");
  const long = ids.find((id) => id.length > LONGEST);
  if (long !== undefined) throw new Error(`must be ids of ${LONGEST} characters at most; ${long} is longer`);
  if (ids.length === 0 || ids.length > MOST) throw new Error(`must be 1 to ${MOST} ids, with commas between`);
  return [...new Set(ids)];
}

/** Only what was named. */
export function goodsOf({ lots, units }: Goods): Goods {
  return { ...(lots === undefined ? {} : { lots }), ...(units === undefined ? {} : { units }) };
}

/** Why somebody acts. @throws ConcheError CONCHE_USAGE where no reason is given */
export function reasonOf(why: string | undefined): string {
  if (why !== undefined && why.trim() !== "") return why.trim();
  throw new ConcheError("CONCHE_USAGE", {
    message: "goods are put on hold and released with a reason",
    hint: "add --why 'metal detector failed its test'",
  });
}
