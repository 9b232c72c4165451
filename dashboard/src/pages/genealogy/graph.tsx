import { useMemo, useRef } from "preact/hooks";
import type { TraceDrawingAnswer } from "../../api/answers.ts";
import { addressOf, go } from "../../app/router.ts";
import { curvesOf, neighbour, placesOf, relatedTo, sizesFor } from "../../format/genealogy-layout.ts";
import { percent } from "../../format/number.ts";
import { Scroll } from "../../parts/scroll.tsx";
import { useWidth } from "../../parts/use-width.ts";
import { texts } from "../../texts/en.ts";
import { kg, shortId, stageWords } from "./words.ts";

const words = texts.genealogy;
/** Quantities stand on all edges of a drawing with so many; of a larger one on those of the chosen box. */
const MOST_LABELS = 70;

interface GraphProps {
  readonly drawing: TraceDrawingAnswer;
  readonly chosen: string | undefined;
  readonly onChoose: (key: string) => void;
}

/** The graph: a column for each stage of the process. Arrow keys walk it, Enter opens what is chosen. */
export function Graph({ drawing, chosen, onChoose }: GraphProps) {
  const { layers, rows, nodes, edges } = drawing;
  const [ref, width] = useWidth<HTMLDivElement>();
  const boxes = useRef(new Map<string, HTMLButtonElement>());
  const scale = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const sizes = useMemo(() => sizesFor(width, layers.length, scale), [width, layers.length, scale]);
  const places = useMemo(() => placesOf(nodes, rows, sizes), [nodes, rows, sizes]);
  const curves = useMemo(() => curvesOf(edges, places, sizes, kg), [edges, places, sizes]);
  const related = useMemo(
    () => (chosen === undefined ? undefined : relatedTo(chosen, edges)),
    [chosen, edges],
  );
  const height = sizes.head + rows * (sizes.height + sizes.rowGap);
  const isNear = (key: string) => related === undefined || related.has(key);
  const onKeyDown = (event: KeyboardEvent, key: string): void => {
    const { key: pressed } = event;
    if (
      pressed === "ArrowLeft" ||
      pressed === "ArrowRight" ||
      pressed === "ArrowUp" ||
      pressed === "ArrowDown"
    ) {
      const next = neighbour(key, pressed, nodes, edges);
      event.preventDefault();
      if (next === undefined) return;
      onChoose(next);
      boxes.current.get(next)?.focus();
    } else if (pressed === "Enter") {
      const box = nodes.find((each) => each.key === key);
      const [id] = box?.ids ?? [];
      if (box?.count !== 1 || id === undefined) return;
      event.preventDefault();
      go(addressOf("genealogy", id));
    }
  };
  return (
    <Scroll label={words.graph} class="graph-scroll">
      <div ref={ref} class="graph-width" />
      {width === 0 ? null : (
        <div class="graph" style={{ width: `${sizes.width}px`, height: `${height}px` }}>
          {layers.map((stages, layer) => (
            <div
              key={stages.map(stageWords).join()}
              class="graph-head label xs ellipsis"
              style={{
                left: `${1 + layer * (sizes.box + sizes.gap)}px`,
                width: `${sizes.box + sizes.gap - 8}px`,
              }}
            >
              {stages.map(stageWords).join(", ")}
            </div>
          ))}
          <svg width={sizes.width} height={height} aria-hidden="true">
            {curves.map(({ from, to, path, stroke }) => (
              <path
                key={`${from} ${to}`}
                class={isNear(from) && isNear(to) ? "graph-edge near" : "graph-edge"}
                d={path}
                stroke-width={stroke.toFixed(1)}
              />
            ))}
            {curves.map(({ from, to, kg: mass, label }) =>
              label === undefined ||
              !(edges.length <= MOST_LABELS || from === chosen || to === chosen) ||
              !(isNear(from) && isNear(to)) ? null : (
                <text key={`${from} ${to}`} class="graph-kg" x={label.x} y={label.y} text-anchor="end">
                  {kg(mass)}
                </text>
              ),
            )}
          </svg>
          {nodes.map(({ key, layer, title, what, kg: mass, count, held, share, direction }) => {
            const place = places.get(key);
            // What came in is known by its material; what was made, by its lot.
            const byMaterial = layers[layer]?.every(({ kind }) => kind === "received" || kind === "silo");
            const id = count > 1 ? title : shortId(title, sizes.box / scale);
            return (
              <button
                key={key}
                type="button"
                ref={(element) => {
                  if (element === null) boxes.current.delete(key);
                  else boxes.current.set(key, element);
                }}
                class={`graph-box${key === chosen ? " chosen" : ""}${isNear(key) ? "" : " far"}${count > 1 ? " folded" : ""}${held > 0 ? " held" : ""}${direction === "asked" ? " asked" : ""}`}
                style={{
                  left: `${place?.x ?? 0}px`,
                  top: `${place?.y ?? 0}px`,
                  width: `${sizes.box}px`,
                  height: `${sizes.height}px`,
                }}
                tabIndex={key === (chosen ?? nodes[0]?.key) ? 0 : -1}
                aria-pressed={key === chosen}
                title={title}
                onClick={() => onChoose(key)}
                onDblClick={() => {
                  const [id] = nodes.find((each) => each.key === key)?.ids ?? [];
                  if (count === 1 && id !== undefined) go(addressOf("genealogy", id));
                }}
                onKeyDown={(event) => onKeyDown(event, key)}
              >
                <span class="graph-name ellipsis">{byMaterial && count === 1 ? what : id}</span>
                <span class="graph-what ellipsis">
                  {kg(mass)} kg
                  {count > 1 ? "" : byMaterial ? ` ${shortId(title, sizes.box / scale / 2)}` : ` ${what}`}
                </span>
                {held > 0 ? <span class="graph-tag hold">{words.hold}</span> : null}
                {direction === "asked" || share <= 0 ? null : (
                  <span class="graph-tag">{share < 0.0001 ? "< 0.01 %" : percent(share, 2)}</span>
                )}
              </button>
            );
          })}
        </div>
      )}
    </Scroll>
  );
}
