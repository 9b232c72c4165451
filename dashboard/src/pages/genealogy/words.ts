import type { TraceDrawingAnswer } from "../../api/answers.ts";
import { stepWords } from "../../api/plant.ts";
import { number } from "../../format/number.ts";
import { texts } from "../../texts/en.ts";

type Stage = TraceDrawingAnswer["layers"][number][number];

/** A stage as a column's head: by the process step's own name where the plant has one. */
export function stageWords({ kind, step }: Stage): string {
  const name = step === null ? "" : stepWords(step).name;
  if (kind === "step") return name;
  if (kind === "tank") return texts.genealogy.tankAfter(name);
  return texts.genealogy.stages[kind];
}

/** Kilograms as they are read on an edge: whole from 100 on. */
export function kg(mass: number): string {
  return number(mass, mass >= 100 ? 0 : 1);
}

/** The end of a long id tells it apart; about so many letters as fit a width in px. */
export function shortId(id: string, width: number): string {
  const letters = Math.floor((width - 14) / 7.7);
  return id.length <= letters ? id : `…${id.slice(1 - letters)}`;
}
