import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { Row } from "./row.ts";

export const HELP = `npm run torture -- [options]: kills, cuts, fills and slows, and holds the log against an independent ledger

  --runs N     runs over all rows, the kills more often than the others; each row once where left out
  --seed S     where the chance begins; a run is repeated by its row and its own seed
  --row R      only this row of the fault matrix; may be given more than once
  --jobs N     runs at the same time; as many as there are cores
  --json FILE  writes what was found, anew after each run
  --mutants    plants bugs into copies of the sources, and sees each one caught by its row;
               with --row those of these rows
  --list       names the rows
  --help       this

SIGINT and SIGTERM end it in order: what runs is cleaned up, and the runs so far are reported; a second one at once.
Ends with 0 when all held, with 1 when something did not (the folders of those runs are kept) or it was interrupted,
with 2 when an option is wrong.`;

/** What the command line asks for. */
export type TortureOptions =
  | { readonly kind: "help" }
  | { readonly kind: "list" }
  | { readonly kind: "mutants"; readonly seed: number; readonly rows: readonly Row[] }
  | { readonly kind: "wrong"; readonly why: string }
  | {
      readonly kind: "campaign";
      readonly rows: readonly Row[];
      /** Each row once where left out. */
      readonly runs: number | undefined;
      readonly seed: number;
      readonly jobs: number;
      readonly json: string | undefined;
    };

const OPTIONS = {
  runs: { type: "string" },
  seed: { type: "string" },
  row: { type: "string", multiple: true },
  jobs: { type: "string" },
  json: { type: "string" },
  mutants: { type: "boolean" },
  list: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** Reads the words of the command line. Never throws: what people type may be anything. */
export function readOptions(words: readonly string[], known: readonly Row[]): TortureOptions {
  try {
    const { values } = parseArgs({ args: [...words], options: OPTIONS });
    if (values.help) return { kind: "help" };
    if (values.list) return { kind: "list" };
    const { json } = values;
    const seed = wholeNumber("--seed", values.seed) ?? 1 + (Date.now() % 1_000_000);
    const jobs = wholeNumber("--jobs", values.jobs) ?? availableParallelism();
    const rows = values.row?.map((number) => rowOf(number, known)) ?? known;
    if (values.mutants) return { kind: "mutants", seed, rows };
    return { kind: "campaign", rows, seed, jobs, json, runs: wholeNumber("--runs", values.runs) };
  } catch (error) {
    return { kind: "wrong", why: error instanceof Error ? error.message : String(error) };
  }
}

function wholeNumber(option: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const number = Number(given);
  if (/^\d+$/.test(given) && number > 0 && Number.isSafeInteger(number)) return number;
  throw new RangeError(`${option} ${given}: must be a whole number above 0`);
}

function rowOf(number: string, known: readonly Row[]): Row {
  const row = known.find((candidate) => String(candidate.number) === number);
  if (row !== undefined) return row;
  const numbers = known.map((candidate) => candidate.number).join(", ");
  throw new RangeError(`there is no row ${number} here; there are ${numbers}`);
}
