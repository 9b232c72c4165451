import type { AskQuestionAnswer, QuestionsAnswer } from "../api/answers.ts";
import { saveCsv } from "../api/csv-export.ts";
import { useQuery } from "../api/query.ts";
import { now } from "../app/clock.ts";
import { addressOf, choices, choose, go, type PageProps } from "../app/router.ts";
import { number } from "../format/number.ts";
import { Stale } from "../parts/as-of.tsx";
import { AskFor } from "../parts/ask-for.tsx";
import { Failed } from "../parts/failed.tsx";
import { Rows } from "../parts/rows.tsx";
import { Scroll } from "../parts/scroll.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { Verdict } from "../parts/verdict.tsx";
import { texts } from "../texts/en.ts";

const words = texts.ask;
const DAY_MS = 86_400_000;
const DAYS = ["1", "7", "30"] as const;
/** Rows of an answer that are drawn; the CSV has all. */
const MOST_ROWS = 500;

/** The questions that an auditor asks, as a list that answers. */
export default function AskPage({ levels }: PageProps) {
  const list = useQuery<QuestionsAnswer>("/api/questions");
  const [wanted] = levels;
  const questions = list.data?.questions ?? [];
  const question = questions.find((each) => String(each.number) === wanted);
  return (
    <>
      <Verdict
        sentence={list.data === undefined ? texts.states.loading : words.title(questions.length)}
        rest={words.titleRest}
      />
      <Failed problem={list.problem} onRetry={list.reload} />
      <div class="columns explore">
        <Scroll label={words.list} class="questions">
          <ol class="topics">
            {questions.map((each) => (
              <li key={each.number}>
                <a
                  class="question"
                  href={`${addressOf("ask", String(each.number))}${location.search}`}
                  aria-current={each === question ? "true" : undefined}
                >
                  <span class="label number">{each.number}</span> {each.text}
                </a>
              </li>
            ))}
          </ol>
        </Scroll>
        {question !== undefined ? (
          <Answered key={question.number} question={question} />
        ) : (
          <p class="empty">
            {wanted === undefined || list.data === undefined ? words.choose : words.noSuch(wanted)}
          </p>
        )}
      </div>
    </>
  );
}

type Question = QuestionsAnswer["questions"][number];

function Answered({ question }: { readonly question: Question }) {
  const days = DAYS.find((each) => each === choices.value.get("days")) ?? "7";
  const of = choices.value.get("of") ?? "";
  // To the minute, so that the same question is asked once.
  const toMs = Math.ceil(now.value / 60_000) * 60_000;
  const asked = new URLSearchParams({
    from: new Date(toMs - Number(days) * DAY_MS).toISOString(),
    to: new Date(toMs).toISOString(),
    ...(of === "" || question.about === "period" ? {} : { of }),
  });
  const ready = question.about !== "subject" || of !== "";
  const path = ready ? `/api/questions/${question.number}?${asked}` : undefined;
  const { data, problem, atMs, reload } = useQuery<AskQuestionAnswer>(path);
  const rows = data?.rows ?? [];
  return (
    <section class="section" aria-label={question.text}>
      <h2>
        {question.number}. {question.text}
        <span class="space" />
        {question.about === "subject" ? null : (
          <Segmented
            label={texts.machine.span}
            options={DAYS.map((each) => [each, texts.batches.days(each)] as const)}
            value={days}
            onChoose={(value) => choose({ days: value })}
          />
        )}
        {rows.length === 0 || path === undefined ? null : (
          <button
            type="button"
            class="btn"
            onClick={() => void saveCsv(path, `question-${question.number}.csv`)}
          >
            {texts.alarms.csv}
          </button>
        )}
      </h2>
      {question.about === "period" ? null : (
        <AskFor
          label={question.about === "subject" ? words.of : words.ofEither}
          button={words.ask}
          value={of}
          onAsk={(id) => go(`${addressOf("ask", String(question.number))}?of=${encodeURIComponent(id)}`)}
        />
      )}
      <Failed problem={problem} onRetry={reload} />
      {data !== undefined && problem !== undefined ? <Stale atMs={atMs} /> : null}
      {data === undefined ? (
        problem === undefined && ready ? (
          <p class="empty">{words.looking}</p>
        ) : null
      ) : (
        <>
          <p class="answer" role="status">
            {data.verdict}
          </p>
          <Rows rows={rows.slice(0, MOST_ROWS)} label={question.text} />
          {rows.length > MOST_ROWS ? <p class="note">{words.more(number(rows.length - MOST_ROWS))}</p> : null}
        </>
      )}
    </section>
  );
}
