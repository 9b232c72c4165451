import { useState } from "preact/hooks";
import type { TraceDrawingAnswer } from "../api/answers.ts";
import { useQuery } from "../api/query.ts";
import { addressOf, choices, choose, go, type PageProps } from "../app/router.ts";
import { number } from "../format/number.ts";
import { Stale } from "../parts/as-of.tsx";
import { AskFor } from "../parts/ask-for.tsx";
import { Failed } from "../parts/failed.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { Verdict } from "../parts/verdict.tsx";
import { texts } from "../texts/en.ts";
import { Graph } from "./genealogy/graph.tsx";
import { Selected } from "./genealogy/selected.tsx";

const words = texts.genealogy;
const DIRECTIONS = ["up", "both", "down"] as const;
type Direction = (typeof DIRECTIONS)[number];
/** How far from what is asked about: its neighbours, what is near, all of it. */
const DEPTHS = ["1", "3", "all"] as const;
type Depth = (typeof DEPTHS)[number];

/** What something was made of and what was made of it, as a graph that can be walked. */
export default function GenealogyPage({ levels }: PageProps) {
  const [id] = levels;
  if (id === undefined) {
    return (
      <>
        <Verdict sentence={words.title} rest={words.titleRest} />
        <AskFor
          label={words.askFor}
          button={words.show}
          onAsk={(typed) => go(addressOf("genealogy", typed))}
        />
        <p class="empty">
          {words.empty} <a href="/batches">{texts.pages.batches}</a>
        </p>
      </>
    );
  }
  return <Genealogy key={id} id={id} />;
}

function Genealogy({ id }: { readonly id: string }) {
  const direction: Direction = DIRECTIONS.find((each) => each === choices.value.get("direction")) ?? "both";
  const depth: Depth = DEPTHS.find((each) => each === choices.value.get("depth")) ?? "all";
  const unfold = choices.value.get("unfold");
  const at = choices.value.get("at");
  const asked = new URLSearchParams({
    direction,
    ...(depth === "all" ? {} : { depth }),
    ...(unfold === null ? {} : { unfold }),
    ...(at === null ? {} : { at }),
  });
  const path = `/api${addressOf("trace", id)}`;
  // What machines tell of material comes every few minutes: no subject of the live stream says when.
  const { data, problem, atMs, reload } = useQuery<TraceDrawingAnswer>(`${path}/drawing?${asked}`, [], 60);
  const [chosen, setChosen] = useState<string>();
  const asks = data?.nodes.filter((node) => node.direction === "asked") ?? [];
  // Of a batch, which is many lots, all is drawn alike until one is chosen.
  const box = data?.nodes.find(({ key }) => key === chosen) ?? (asks.length === 1 ? asks[0] : undefined);
  const opened = unfold === null ? [] : unfold.split(",");
  return (
    <>
      <Verdict
        priority={data?.nodes.some(({ held }) => held > 0) ? "hold" : undefined}
        sentence={`${id}${data === undefined ? "" : `, ${texts.trace.kinds[data.subject.kind]}`}`}
        rest={data === undefined ? texts.states.loading : sentenceOf(data)}
      >
        <Segmented<Depth>
          label={words.depth}
          options={DEPTHS.map((each) => [each, words.depths[each]] as const)}
          value={depth}
          onChoose={(value) => choose({ depth: value === "all" ? undefined : value })}
        />
        <Segmented<Direction>
          label={words.direction}
          options={DIRECTIONS.map((each) => [each, words.directions[each]] as const)}
          value={direction}
          onChoose={(value) => choose({ direction: value === "both" ? undefined : value })}
        />
        <a class="btn" href={`${path}/image?${asked}`} download={`${id}.svg`}>
          {words.image}
        </a>
      </Verdict>
      <Failed problem={problem} onRetry={reload} />
      {data !== undefined && problem !== undefined ? <Stale atMs={atMs} /> : null}
      {data === undefined ? (
        problem === undefined ? (
          <p class="empty">{words.loading}</p>
        ) : (
          <AskFor
            label={words.askFor}
            button={words.show}
            value={id}
            onAsk={(typed) => go(addressOf("genealogy", typed))}
          />
        )
      ) : (
        <>
          <Graph drawing={data} chosen={box?.key} onChoose={setChosen} />
          {data.drawn < data.reached || data.cut ? (
            <p class="note">{words.notAll(number(data.drawn), number(data.reached))}</p>
          ) : null}
          {box === undefined ? (
            <p class="note">{words.chooseOne}</p>
          ) : (
            <Selected
              drawing={data}
              box={box}
              onChoose={setChosen}
              onUnfold={() => choose({ unfold: [...opened, box.key].join(",") })}
              onFold={
                opened.length === 0
                  ? undefined
                  : () => {
                      setChosen(undefined);
                      choose({ unfold: undefined });
                    }
              }
            />
          )}
        </>
      )}
    </>
  );
}

function sentenceOf({ nodes, reached }: TraceDrawingAnswer): string {
  const held = nodes.reduce((sum, node) => sum + node.held, 0);
  return `${words.reached(number(reached))}${held === 0 ? "" : `, ${words.held(number(held))}`}`;
}
