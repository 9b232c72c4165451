import type { Terminal } from "../adapters/terminal/terminal.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { genealogyView } from "../trace/genealogy/genealogy-view.ts";
import { readGraph } from "../trace/graph/read-graph.ts";
import { findSubject, type Subject } from "../trace/questions/find-subject.ts";
import { Genealogy } from "../trace/questions/genealogy.ts";
import { type ViewStanding, withView } from "./with-view.ts";

/** Answers questions over the lots of a data folder, beside whoever folds it. @throws ConcheError as `withView` */
export function withGenealogy<Result>(
  folder: string,
  terminal: Pick<Terminal, "err">,
  work: (genealogy: Genealogy, standing: ViewStanding) => Result | Promise<Result>,
): Promise<Result> {
  return withView(folder, terminal, genealogyView, (reading, standing) =>
    work(new Genealogy(reading, () => readGraph(reading)), standing),
  );
}

/** What somebody asks about. @throws ConcheError CONCHE_NOT_FOUND */
export function subjectOf(genealogy: Genealogy, id: string, atMs?: number): Subject {
  const found = findSubject(genealogy, id, atMs);
  if (found !== undefined) return found;
  throw new ConcheError("CONCHE_NOT_FOUND", {
    message: `no lot, pallet, case, batch or pack code ${id} was ever heard of`,
    hint: "type it as it is printed; a pack code with --at finds the packs of that minute",
  });
}
