import { genealogyView } from "../../../trace/genealogy/genealogy-view.ts";
import { readGraph } from "../../../trace/graph/read-graph.ts";
import { Genealogy } from "../../../trace/questions/genealogy.ts";
import type { ApiContext } from "../../context.ts";

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
