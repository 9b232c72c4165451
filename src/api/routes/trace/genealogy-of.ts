import { genealogyView } from "../../../trace/genealogy/genealogy-view.ts";
import { readGraph } from "../../../trace/graph/read-graph.ts";
import { findSubject, type Subject } from "../../../trace/questions/find-subject.ts";
import { Genealogy } from "../../../trace/questions/genealogy.ts";
import type { ApiContext } from "../../context.ts";
import { notFound } from "../../problem.ts";

/** What questions over lots are answered from, for one question. */
export function genealogyOf(context: ApiContext): Genealogy {
  const { views, graphs, spend } = context;
  const reading = views.reading(genealogyView);
  const edition = views
    .editions()
    .find(({ name, standing }) => name === genealogyView.name && standing === "answering")?.edition;
  const graph = () =>
    graphs === undefined || edition === undefined
      ? readGraph(reading, spend)
      : graphs.now(reading, edition, spend);
  return new Genealogy(reading, graph, spend);
}

/** @throws ConcheError CONCHE_NOT_FOUND */
export function requireSubject(genealogy: Genealogy, id: string, atMs?: number): Subject {
  const found = findSubject(genealogy, id, atMs);
  if (found !== undefined) return found;
  throw notFound(
    `no lot, pallet, case, batch or pack code ${id} was ever heard of`,
    "type it as it is printed; a pack code with its time finds the packs of that minute",
  );
}
