/** A box of a genealogy as the API lays it out: its place by layer and row. */
export interface GraphBox {
  readonly key: string;
  readonly layer: number;
  readonly row: number;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly kg: number;
}

/** Where a box stands, px. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A drawn edge: its curve, its stroke, and where its quantity can be written. */
export interface Curve extends GraphEdge {
  readonly path: string;
  readonly stroke: number;
  /** Where the label stands, its end at x; undefined where nothing is free. */
  readonly label: Place | undefined;
}

/** Sizes of the drawing, px. */
export interface Sizes {
  readonly width: number;
  readonly box: number;
  readonly gap: number;
  readonly height: number;
  readonly rowGap: number;
  readonly head: number;
}

const LEAST_BOX = 118;
const MOST_BOX = 220;
const LEAST_GAP = 50;
const MOST_GAP = 110;

/** Sizes that fill a width with so many layers; wider than it where they would be too small to read. */
export function sizesFor(width: number, layers: number, scale: number): Sizes {
  const gaps = Math.max(0, layers - 1);
  const share = (width - 2) / Math.max(1, layers * 2.6 + gaps);
  const gap = Math.min(MOST_GAP, Math.max(LEAST_GAP, share)) * scale;
  const box = Math.min(
    MOST_BOX * scale,
    Math.max(LEAST_BOX * scale, (width - 2 - gap * gaps) / Math.max(1, layers)),
  );
  return {
    width: Math.max(width, box * layers + gap * gaps + 2),
    box,
    gap,
    height: 42 * scale,
    rowGap: 14 * scale,
    head: 24 * scale,
  };
}

/** Places by key; short layers stand in the middle. */
export function placesOf(boxes: readonly GraphBox[], rows: number, sizes: Sizes): Map<string, Place> {
  const heights = new Map<number, number>();
  for (const { layer } of boxes) heights.set(layer, (heights.get(layer) ?? 0) + 1);
  const pitch = sizes.height + sizes.rowGap;
  return new Map(
    boxes.map(({ key, layer, row }) => [
      key,
      {
        x: 1 + layer * (sizes.box + sizes.gap),
        y: sizes.head + (row + (rows - (heights.get(layer) ?? 0)) / 2) * pitch,
      },
    ]),
  );
}

/**
 * Edges as curves, the heaviest widest. Their ends are spread along a box's side in the order of the other ends, so
 * that they don't cross there. Within a layer (a heel) an edge goes in an arc at the right.
 */
export function curvesOf(
  edges: readonly GraphEdge[],
  places: ReadonlyMap<string, Place>,
  sizes: Sizes,
  amount: (kg: number) => string,
): Curve[] {
  const heaviest = Math.max(1, ...edges.map(({ kg }) => kg));
  const y = (key: string) => places.get(key)?.y ?? 0;
  const port = (all: readonly GraphEdge[], edge: GraphEdge, far: "from" | "to") => {
    const order = all.toSorted((a, b) => y(a[far]) - y(b[far]));
    return ((order.indexOf(edge) + 1) / (order.length + 1)) * sizes.height;
  };
  const leaving = Map.groupBy(edges, ({ from }) => from);
  const coming = Map.groupBy(edges, ({ to }) => to);
  const taken: Box[] = [];
  return edges.flatMap((edge): Curve[] => {
    const [a, b] = [places.get(edge.from), places.get(edge.to)];
    if (a === undefined || b === undefined) return [];
    const back = b.x <= a.x;
    const x1 = a.x + sizes.box;
    const x2 = back ? b.x + sizes.box : b.x;
    const y1 = a.y + port(leaving.get(edge.from) ?? [], edge, "to");
    const y2 = b.y + port(coming.get(edge.to) ?? [], edge, "from");
    const bend = back ? sizes.gap * 0.55 : Math.max(sizes.gap * 0.5, (x2 - x1) / 2);
    const path = `M${at(x1)} ${at(y1)}C${at(x1 + bend)} ${at(y1)} ${at(back ? x2 + bend : x2 - bend)} ${at(y2)} ${at(x2)} ${at(y2)}`;
    const stroke = 1 + 4 * Math.sqrt(edge.kg / heaviest);
    const label = edge.kg > 0 ? labelPlace(amount(edge.kg), { x1, y1, x2, y2, back }, taken) : undefined;
    return [{ ...edge, path, stroke, label }];
  });
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const LETTER = 6.2;
const LINE = 11;

/** The first free place for a label: before the target, after the source. */
function labelPlace(
  text: string,
  ends: { x1: number; y1: number; x2: number; y2: number; back: boolean },
  taken: Box[],
): Place | undefined {
  const width = text.length * LETTER;
  const { x1, y1, x2, y2, back } = ends;
  const spots: Place[] = [
    { x: back ? x2 + width + 4 : x2 - 4, y: y2 - 3 },
    { x: x1 + width + 4, y: y1 - 3 },
    { x: back ? x2 + width + 4 : x2 - 4, y: y2 + 11 },
  ];
  for (const spot of spots) {
    const box = { left: spot.x - width, right: spot.x, top: spot.y - LINE + 2, bottom: spot.y + 1 };
    const free = taken.every(
      (other) =>
        box.right < other.left || box.left > other.right || box.bottom < other.top || box.top > other.bottom,
    );
    if (!free) continue;
    taken.push(box);
    return spot;
  }
  return undefined;
}

function at(value: number): string {
  return value.toFixed(1);
}

/** Everything that a box was made of, and that was made of it: itself among them. */
export function relatedTo(key: string, edges: readonly GraphEdge[]): Set<string> {
  const related = new Set([key]);
  for (const [near, far] of [
    ["from", "to"],
    ["to", "from"],
  ] as const) {
    const next = Map.groupBy(edges, (edge) => edge[near]);
    const queue = [key];
    const seen = new Set(queue);
    for (const each of queue)
      for (const edge of next.get(each) ?? []) {
        if (seen.has(edge[far])) continue;
        seen.add(edge[far]);
        related.add(edge[far]);
        queue.push(edge[far]);
      }
  }
  return related;
}

/** Where an arrow key leads from a box: along an edge to the nearest box there, or up and down its layer. */
export function neighbour(
  key: string,
  arrow: "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown",
  boxes: readonly GraphBox[],
  edges: readonly GraphEdge[],
): string | undefined {
  const here = boxes.find((box) => box.key === key);
  if (here === undefined) return undefined;
  if (arrow === "ArrowUp" || arrow === "ArrowDown") {
    const row = here.row + (arrow === "ArrowUp" ? -1 : 1);
    return boxes.find((box) => box.layer === here.layer && box.row === row)?.key;
  }
  const [near, far] = arrow === "ArrowRight" ? (["from", "to"] as const) : (["to", "from"] as const);
  const joined = new Set(edges.filter((edge) => edge[near] === key).map((edge) => edge[far]));
  const candidates = boxes.filter((box) => joined.has(box.key));
  return candidates.toSorted(
    (a, b) =>
      Math.abs(a.layer - here.layer) - Math.abs(b.layer - here.layer) ||
      Math.abs(a.row - here.row) - Math.abs(b.row - here.row),
  )[0]?.key;
}
