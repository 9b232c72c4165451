import { Resvg } from "@resvg/resvg-js";
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/** A chart with the name of its file, without ending. */
export interface Chart {
  readonly name: string;
  readonly spec: TopLevelSpec;
}

/** Colours of the products, dark enough for white paper. */
export const PRODUCT_COLOURS = {
  domain: ["dark", "milk", "white"],
  range: ["#4a2a18", "#b5763a", "#c9b458"],
};
/** Limits and set points. */
export const LIMIT_COLOUR = "#c0392b";
export const GUIDE_COLOUR = "#7f8c8d";
/** Width of the plotting area, pixels. */
export const WIDTH = 760;
const SCALE = 1.25;

const CONFIG = {
  background: "white",
  font: "DejaVu Sans",
  axis: { gridColor: "#eeeeee", labelFontSize: 11, titleFontSize: 12, titleFontWeight: "normal" },
  legend: { labelFontSize: 11, titleFontSize: 11 },
  title: {
    fontSize: 14,
    anchor: "start",
    fontWeight: "bold",
    subtitleFontSize: 11,
    subtitleColor: "#555555",
  },
  view: { stroke: "#dddddd" },
} as const;

/** Draws a chart without a browser: Vega writes SVG, resvg makes a PNG of it. */
export async function png({ spec }: Chart): Promise<Buffer> {
  const vega = compile({ ...spec, config: CONFIG } as TopLevelSpec).spec;
  const svg = await new View(parse(vega), { renderer: "none" }).toSVG();
  const font = { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" };
  return new Resvg(svg, { font, fitTo: { mode: "zoom", value: SCALE } }).render().asPng();
}

/** A horizontal line with a word behind its right end. */
export function ruleAt(y: number, text: string, colour: string = LIMIT_COLOUR): object[] {
  const data = { values: [{ y, text }] };
  const encoding = { y: { field: "y", type: "quantitative", scale: { zero: false } } };
  const rule = { data, mark: { type: "rule", color: colour, strokeDash: [5, 4] }, encoding };
  return [rule, labelAt(y, text, colour)];
}

/** A word behind the right end of the plotting area, at a height. */
export function labelAt(y: number, text: string, colour: string): object {
  return {
    data: { values: [{ y, text }] },
    mark: { type: "text", align: "left", baseline: "middle", dx: 5, color: colour, fontSize: 10 },
    encoding: {
      x: { value: WIDTH },
      y: { field: "y", type: "quantitative", scale: { zero: false } },
      text: { field: "text" },
    },
  };
}
