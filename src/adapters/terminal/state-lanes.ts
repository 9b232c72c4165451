import { cutText, type Piece, renderLine } from "./styled-text.ts";
import { type ChartSpan, type ChartSurface, plotColumns, timeAxis } from "./trend-chart.ts";

/** A tag of words along time. */
export interface StateLanes extends ChartSpan {
  /** The words, the one that was said longest first, with what stands at the right of its lane. */
  readonly lanes: readonly { readonly name: string; readonly note: string }[];
  /** Which word prevails from when on. */
  readonly points: readonly { readonly beginMs: number; readonly name: string }[];
  readonly widthMs: number;
  readonly zone: string;
}

const NAME = 8;
/** Lanes that are drawn: of more, the first ones. */
const MOST_LANES = 12;

/** Draws a lane for each word, filled where it was said. */
export function stateLanes(chart: StateLanes, surface: ChartSurface): string[] {
  const columns = plotColumns(surface.columns);
  const shown = chart.lanes.slice(0, MOST_LANES);
  const columnAt = (atMs: number) =>
    Math.floor(((atMs - chart.fromMs) / (chart.toMs - chart.fromMs)) * columns);
  const lines = shown.map(({ name, note }) => {
    const lane = Array.from({ length: columns }, () => " ");
    for (const point of chart.points) {
      if (point.name !== name) continue;
      const from = Math.max(0, columnAt(point.beginMs));
      const to = Math.min(columns, Math.max(from + 1, columnAt(point.beginMs + chart.widthMs)));
      for (let column = from; column < to; column++) lane[column] = "▆";
    }
    const pieces: Piece[] = [
      { text: cutText(name, NAME).padStart(NAME), style: "bold" },
      { text: "│", style: "dim" },
      { text: lane.join("") },
      { text: ` ${note}`, style: "dim" },
    ];
    return renderLine(pieces, surface.columns, surface.colour).trimEnd();
  });
  const rest = chart.lanes.length - shown.length;
  return [...lines, ...timeAxis(chart, columns, surface.colour), ...(rest > 0 ? [`… and ${rest} more`] : [])];
}
