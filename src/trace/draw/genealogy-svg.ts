import type { Drawing, DrawnNode } from "./layers.ts";
import type { Stage } from "./stages.ts";

const BOX = { width: 196, height: 40, gapX: 92, gapY: 14 };
const MARGIN = { left: 16, top: 64 };

/** A drawing as an image: layers from the left (what came in) to the right (what left), quantities on the edges. */
export function genealogySvg({ nodes, edges, layers, rows }: Drawing, title: string): string {
  const width = MARGIN.left * 2 + layers.length * BOX.width + Math.max(0, layers.length - 1) * BOX.gapX;
  const height = MARGIN.top + 24 + rows * (BOX.height + BOX.gapY);
  const heights = new Map<number, number>();
  for (const { layer } of nodes) heights.set(layer, (heights.get(layer) ?? 0) + 1);
  const placeOf = ({ layer, row }: DrawnNode) => ({
    x: MARGIN.left + layer * (BOX.width + BOX.gapX),
    // Short layers stand in the middle.
    y: MARGIN.top + (row + (rows - (heights.get(layer) ?? 0)) / 2) * (BOX.height + BOX.gapY),
  });
  const places = new Map(nodes.map((node) => [node.key, placeOf(node)]));
  const heaviest = Math.max(1, ...edges.map(({ kg }) => kg));
  const lines = edges.map(({ from, to, kg }) => {
    const [a, b] = [places.get(from), places.get(to)];
    if (a === undefined || b === undefined) return "";
    const wide = (1 + 4 * Math.sqrt(kg / heaviest)).toFixed(1);
    // Within a layer, or back to an earlier one (heels, rework): in an arc at the right.
    const back = b.x <= a.x;
    const [x1, y1, y2] = [a.x + BOX.width, a.y + BOX.height / 2, b.y + BOX.height / 2];
    const x2 = back ? b.x + BOX.width : b.x;
    const bend = back ? 48 : Math.max(30, (x2 - x1) / 2);
    const curve = `M${x1} ${y1}C${x1 + bend} ${y1} ${back ? x2 + bend : x2 - bend} ${y2} ${x2} ${y2}`;
    const label =
      kg > 0
        ? `<text class="kg" x="${x2 + (back ? 6 : -6)}" y="${y2 - 4}" text-anchor="${back ? "start" : "end"}">${amount(kg)}</text>`
        : "";
    return `<path class="edge" stroke-width="${wide}" d="${curve}"/>${label}`;
  });
  const boxes = nodes.map((node) => {
    const { x, y } = placeOf(node);
    const asked = node.direction === "asked";
    const text = node.ids.length === 1 ? `${node.what} · ${amount(node.kg)} kg` : `${amount(node.kg)} kg`;
    const share =
      asked || node.share === 0
        ? ""
        : `<text class="share" x="${x + BOX.width - 8}" y="${y + 33}" text-anchor="end">${percent(node.share)}</text>`;
    return `<g class="${asked ? "asked" : "lot"}"><title>${escaped(node.ids.slice(0, 20).join("\n"))}</title><rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="2"/><text class="name" x="${x + 8}" y="${y + 16}">${escaped(shortName(node.title))}</text><text x="${x + 8}" y="${y + 33}">${escaped(text)}</text>${share}</g>`;
  });
  const heads = layers.map(
    (stages, layer) =>
      `<text x="${MARGIN.left + layer * (BOX.width + BOX.gapX)}" y="50">${escaped(stages.map(stageWords).join(", "))}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img"><title>${escaped(`Genealogy of ${title}`)}</title><style>svg{background:#eceeef;font:12px "Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:#1c2123}.edge{fill:none;stroke:#8b969b}.lot rect{fill:#f6f7f7;stroke:#5d676c}.asked rect{fill:#f6f7f7;stroke:#1c2123;stroke-width:2.5}.name{font-weight:600}.kg,.share{font-size:11px;fill:#4a5459}.head{font-size:14px;font-weight:600}</style><text class="head" x="${MARGIN.left}" y="26">${escaped(`Genealogy of ${title}`)}</text>${heads.join("")}${lines.join("")}${boxes.join("")}</svg>\n`;
}

/** `s4_conching` as Conching; a tank by the step that fills it. */
function stageWords({ kind, step }: Stage): string {
  const name = step?.replace(/^s\d+_/, "").replaceAll("_", " ") ?? "";
  return kind === "step" ? name : kind === "tank" ? `tank after ${name}` : WORDS[kind];
}

const WORDS = {
  received: "received",
  silo: "silos",
  rework: "rework",
  stock: "stock",
  pallet: "pallets",
  case: "cases",
};

/** The end of a long id tells it apart. */
function shortName(id: string): string {
  return id.length <= 26 ? id : `…${id.slice(-25)}`;
}

function amount(kg: number): string {
  return kg >= 100 ? kg.toFixed(0) : kg.toFixed(1);
}

function percent(share: number): string {
  return share < 0.0001 ? "< 0.01 %" : `${(100 * share).toFixed(2)} %`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
