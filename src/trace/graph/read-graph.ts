import type { ViewReading } from "../../views/view-table.ts";
import { EDGES, type EdgeRow, RETRACTIONS } from "../genealogy/genealogy-tables.ts";
import { LotGraph } from "./lot-graph.ts";
import { Marks } from "./reach.ts";

/** A graph as it was at a position of the view, with the scratch for questions over it. */
export interface GraphNow {
  readonly graph: LotGraph;
  readonly marks: Marks;
}

/** Edges behind the compressed rows, as a share of them, before all are built anew. */
const MOST_EXTRAS = 0.05;
const FEWEST_EXTRAS = 10_000;
/** Rows between two looks at the time. */
const STRIDE = 4_096;

/** Builds the graph from the view's rows. Edges come in the order of their messages, so it is the same each time. */
export function readGraph(reading: ViewReading, spend: () => void = () => {}): GraphNow {
  const graph = LotGraph.of(spending(reading.rows(EDGES).range(), spend));
  return { graph, marks: new Marks(graph.nodes) };
}

function* spending(rows: Iterable<EdgeRow>, spend: () => void): Iterable<EdgeRow> {
  let count = 0;
  for (const row of rows) {
    if (++count % STRIDE === 0) spend();
    yield row;
  }
}

/**
 * Keeps the graph between questions and reads only what is new: edges are in the order of their messages. A correction
 * takes edges away, so that all of it is read anew after one, and when the view was rebuilt.
 */
export class GraphKeeper {
  #now: GraphNow | undefined;
  #edition = -1;
  #position = 0;

  /** @param edition of the view that `reading` reads */
  now(reading: ViewReading, edition: number, spend?: () => void): GraphNow {
    const position = reading.position();
    const fits = this.#edition === edition && this.#position <= position;
    const after = this.#position;
    let now = fits && !wasRetracted(reading, after) ? this.#now : undefined;
    // What throws on the way (the time is over, it grew too large) leaves edges half read: then all is read anew.
    this.#now = undefined;
    if (now !== undefined && after < position) now = extended(now, reading, after, spend);
    now ??= readGraph(reading, spend);
    this.#now = now;
    this.#edition = edition;
    this.#position = position;
    return now;
  }
}

function wasRetracted(reading: ViewReading, after: number): boolean {
  const [first] = reading.rows(RETRACTIONS).range({ from: after + 1, limit: 1 });
  return first !== undefined;
}

function extended(
  { graph, marks }: GraphNow,
  reading: ViewReading,
  after: number,
  spend: () => void = () => {},
): GraphNow | undefined {
  for (const row of spending(reading.rows(EDGES).range({ from: after + 1 }), spend)) graph.add(row);
  const { extras, edges } = graph.down;
  if (extras > Math.max(FEWEST_EXTRAS, MOST_EXTRAS * edges)) return undefined;
  return { graph, marks: marks.size >= graph.nodes ? marks : new Marks(graph.nodes * 2) };
}
