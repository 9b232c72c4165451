import type { ComponentChildren } from "preact";
import type { AlarmPerformanceAnswer } from "../../api/answers.ts";
import type { Problem } from "../../api/problem.ts";
import { addressOf } from "../../app/router.ts";
import { plain } from "../../format/number.ts";
import { duration } from "../../format/time.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { Section } from "../../parts/section.tsx";
import { ShareBar } from "../../parts/share-bar.tsx";
import { type Head, Heads } from "../../parts/table.tsx";
import { Term } from "../../parts/term.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.alarms;
const FREQUENT_HEADS: readonly Head[] = [
  { head: words.priority, unseen: true },
  { head: words.badActors },
  { head: words.times, number: true },
  { head: words.share, number: true },
  { head: words.shareBar, unseen: true },
  { head: words.median, number: true },
];
const PRIORITY_HEADS: readonly Head[] = [
  { head: words.priority, unseen: true },
  { head: words.priorities },
  { head: words.times, number: true },
  { head: words.share, number: true },
  { head: words.recommended, number: true },
  { head: words.shareBar, unseen: true },
];
/** The measures that are shown, in this order. */
const SHOWN = ["per_day", "per_hour", "in_flood_pct", "chattering", "standing", "unacknowledged"] as const;
const EXPLAINED = { in_flood_pct: "flood", chattering: "chattering", standing: "standing" } as const;
/** ISA-18.2's recommended distribution, per cent. */
const RECOMMENDED = { critical: 1, high: 5, medium: 15, low: 80 } as const;

interface PerformanceProps {
  readonly answer: AlarmPerformanceAnswer | undefined;
  /** Nothing is heard of the plant: no alarm then is no good news. */
  readonly unheard: boolean;
  readonly problem: Problem | undefined;
  readonly reload: () => void;
  readonly children: ComponentChildren;
}

/** Is the alarm system bearable: the measures of ISA-18.2 beside their targets, and who spoils them. */
export function Performance({ answer, unheard, problem, reload, children }: PerformanceProps) {
  return (
    <Section
      title={words.performance}
      note={answer === undefined ? "" : words.raisedIn(answer.raised, answer.operators, answer.coverage)}
      aside={
        <>
          <span class="space" />
          {children}
        </>
      }
      of={{ problem, reload }}
    >
      {answer === undefined ? null : answer.raised === 0 && (unheard || answer.coverage === 0) ? (
        <p class="empty">{words.unheard}</p>
      ) : (
        <>
          <dl class="measures">
            {SHOWN.map((name) => {
              const measure = answer.measures.find((each) => each.measure === name);
              if (measure === undefined) return null;
              const { found } = measure;
              const over = found !== null && found > measure.acceptable;
              return (
                <div key={name} title={measure.source}>
                  <dt class="label xs">
                    {name in EXPLAINED ? (
                      <Term of={EXPLAINED[name as keyof typeof EXPLAINED]}>{words.measures[name]}</Term>
                    ) : (
                      words.measures[name]
                    )}
                  </dt>
                  <dd>
                    <b class={over ? "measure over" : "measure"}>
                      {found === null ? "–" : plain(Math.round(found * 10) / 10)}
                    </b>{" "}
                    <span class="label xs">{words.acceptable(plain(measure.acceptable))}</span>
                  </dd>
                </div>
              );
            })}
          </dl>
          <div class="columns even">
            <table>
              <caption class="visually-hidden">{words.badActors}</caption>
              <Heads of={FREQUENT_HEADS} />
              <tbody>
                {answer.frequent
                  .slice(0, 8)
                  .map(({ machine, alarm_id, code, priority, count, share_pct, median_s }) => (
                    <tr key={`${machine} ${alarm_id}`}>
                      <td>
                        <Glyph priority={priority} />
                      </td>
                      <td>
                        <b>{code.toLowerCase().replaceAll("_", " ")}</b>{" "}
                        <a class="label" href={addressOf("machine", machine)}>
                          {machine.split("/").at(-1)}
                        </a>
                      </td>
                      <td class="number strong">{count}</td>
                      <td class="number">{Math.round(share_pct)} %</td>
                      <td>
                        <ShareBar share={share_pct / 100} />
                      </td>
                      <td class="number nowrap">{median_s === null ? "–" : duration(median_s * 1000)}</td>
                    </tr>
                  ))}
              </tbody>
            </table>
            <table>
              <caption class="visually-hidden">{words.priorities}</caption>
              <Heads of={PRIORITY_HEADS} />
              <tbody>
                {answer.priorities.map(({ priority, count, share_pct }) => (
                  <tr key={priority}>
                    <td>
                      <Glyph priority={priority} />
                    </td>
                    <td>{priority}</td>
                    <td class="number strong">{count}</td>
                    <td class="number">{Math.round(share_pct)} %</td>
                    <td class="number label">{RECOMMENDED[priority]} %</td>
                    <td>
                      <ShareBar share={share_pct / 100} mark={RECOMMENDED[priority] / 100} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Section>
  );
}
