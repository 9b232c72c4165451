import type { Terminal } from "../adapters/terminal/terminal.ts";
import { genealogyView } from "../trace/genealogy/genealogy-view.ts";
import { readGraph } from "../trace/graph/read-graph.ts";
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
