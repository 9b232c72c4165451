import type { TraceDrawingAnswer } from "../../api/answers.ts";
import { addressOf } from "../../app/router.ts";
import { number, percent } from "../../format/number.ts";
import { Scroll } from "../../parts/scroll.tsx";
import { texts } from "../../texts/en.ts";
import { kg } from "./words.ts";

const words = texts.genealogy;
type Box = TraceDrawingAnswer["nodes"][number];

interface SelectedProps {
  readonly drawing: TraceDrawingAnswer;
  readonly box: Box;
  readonly onChoose: (key: string) => void;
  readonly onUnfold: () => void;
  /** Folds everything again; undefined while nothing is open. */
  readonly onFold: (() => void) | undefined;
}

/** What is chosen: what it is, where it came from and went, and where to go from it. */
export function Selected({ drawing, box, onChoose, onUnfold, onFold }: SelectedProps) {
  const { nodes, edges } = drawing;
  const [id] = box.ids;
  const batch = drawing.subject.kind === "batch" ? drawing.subject.id : undefined;
  const titleOf = (key: string) => nodes.find((node) => node.key === key)?.title ?? key;
  const side = (near: "from" | "to", far: "from" | "to") =>
    edges
      .filter((edge) => edge[near] === box.key)
      .map((edge) => ({ key: edge[far], title: titleOf(edge[far]), kg: edge.kg }))
      .sort((a, b) => b.kg - a.kg);
  return (
    <section class="section" aria-label={words.selected}>
      <h2>
        {box.title} <span class="label">{`${box.what}, ${kg(box.kg)} kg`}</span>
        {box.held > 0 ? <b class="high">{words.held(number(box.held))}</b> : null}
        {box.direction === "asked" || box.share <= 0 ? null : (
          <span class="label">{words.shares[box.direction](percent(box.share, 2))}</span>
        )}
        <span class="space" />
        {box.count > 1 ? (
          <button type="button" class="btn" onClick={onUnfold}>
            {words.unfold(number(box.count))}
          </button>
        ) : null}
        {onFold === undefined ? null : (
          <button type="button" class="btn" onClick={onFold}>
            {words.fold}
          </button>
        )}
        {box.count === 1 && id !== undefined ? (
          <>
            <a class="btn" href={addressOf("genealogy", id)}>
              {words.walk}
            </a>
            <a class="btn" href={`/recall?lots=${encodeURIComponent(id)}`}>
              {words.recall}
            </a>
          </>
        ) : null}
        {batch === undefined ? null : (
          <a class="btn" href={addressOf("batches", batch)}>
            {words.batch}
          </a>
        )}
      </h2>
      <div class="columns three">
        <Edges head={words.from} none={words.noFrom} rows={side("to", "from")} onChoose={onChoose} />
        <Edges head={words.into} none={words.noInto} rows={side("from", "to")} onChoose={onChoose} />
        {box.count === 1 ? null : (
          <div>
            <h3 class="small label">{words.members(number(box.count))}</h3>
            <Scroll label={words.members(number(box.count))} class="characteristics">
              <ul class="plain">
                {box.ids.map((each) => (
                  <li key={each}>
                    <a href={addressOf("genealogy", each)}>{each}</a>
                  </li>
                ))}
              </ul>
            </Scroll>
          </div>
        )}
      </div>
    </section>
  );
}

interface EdgesProps {
  readonly head: string;
  readonly none: string;
  readonly rows: readonly { readonly key: string; readonly title: string; readonly kg: number }[];
  readonly onChoose: (key: string) => void;
}

function Edges({ head, none, rows, onChoose }: EdgesProps) {
  return (
    <div>
      <h3 class="small label">{head}</h3>
      {rows.length === 0 ? <p class="empty">{none}</p> : null}
      <table>
        <tbody>
          {rows.map(({ key, title, kg: mass }) => (
            <tr key={key}>
              <td class="anywhere">
                <button type="button" class="link" onClick={() => onChoose(key)}>
                  {title}
                </button>
              </td>
              <td class="number">{mass === 0 ? words.noMass : `${kg(mass)} kg`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
