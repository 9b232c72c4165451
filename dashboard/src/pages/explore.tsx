import { useMemo } from "preact/hooks";
import type { CompletenessAnswer, MessageAnswer, MessagesAnswer } from "../api/answers.ts";
import { plant, zone } from "../api/plant.ts";
import { useQuery } from "../api/query.ts";
import { now } from "../app/clock.ts";
import { choices, choose } from "../app/router.ts";
import { number } from "../format/number.ts";
import { Failed } from "../parts/failed.tsx";
import { Verdict } from "../parts/verdict.tsx";
import { texts } from "../texts/en.ts";
import { TopicTree } from "./explore/topic-tree.tsx";

const words = texts.explore;
const ROOT = "factory/";
/** Topics that a filter lists. */
const MOST = 500;
const TYPES = ["telemetry", "state", "alarm", "quality", "batch"] as const;

/** The topics as they come, and their payloads as they were received. Nothing is published from here. */
export default function ExplorePage() {
  const filter = choices.value.get("filter") ?? "";
  const topic = choices.value.get("topic") ?? undefined;
  const message = choices.value.get("message") ?? undefined;
  const { data, problem, reload } = useQuery<CompletenessAnswer>("/api/completeness", [], 5);
  const topics = useMemo(() => {
    const machines = new Set([
      ...(plant.value?.machines.keys() ?? []),
      ...(data?.publishers ?? []).map((each) => each.machine),
    ]);
    return [...machines].sort().flatMap((machine) => TYPES.map((type) => `${machine}/${type}`));
  }, [data, plant.value]);
  const heard = data === undefined || data.totals.seen + data.totals.unsequenced > 0;
  const shown = topics.filter((each) => each.includes(filter.trim()));
  return (
    <>
      <Verdict sentence={(heard ? words.title : words.expected)(number(topics.length))} />
      <Failed problem={problem} onRetry={reload} />
      <div class="columns explore">
        <section>
          <input
            class="field wide"
            type="search"
            aria-label={words.filter}
            placeholder={words.filter}
            value={filter}
            onInput={(event) => choose({ filter: event.currentTarget.value || undefined }, true)}
          />
          {filter.trim() === "" ? (
            <>
              <p class="topic-head label xs">
                <span>{words.topic}</span>
                <span class="number">{words.messages}</span>
                <span class="number">{words.age}</span>
              </p>
              <TopicTree
                under=""
                chosen={topic === undefined ? undefined : `${ROOT}${topic}`}
                onChoose={(each) => choose({ topic: each.replace(ROOT, ""), message: undefined })}
              />
            </>
          ) : (
            <>
              {shown.length === 0 ? <p class="empty">{words.none}</p> : null}
              <ul class="topics" aria-label={words.title(number(shown.length))}>
                {shown.slice(0, MOST).map((each) => (
                  <li key={each}>
                    <button
                      type="button"
                      class="topic"
                      aria-pressed={each === topic}
                      onClick={() => choose({ topic: each, message: undefined })}
                    >
                      <span />
                      {each}
                    </button>
                  </li>
                ))}
              </ul>
            </>
          )}
        </section>
        <section>
          {message !== undefined ? (
            <OneMessage id={message} />
          ) : topic === undefined ? (
            <p class="empty">{words.noTopic}</p>
          ) : (
            <Newest topic={topic} />
          )}
        </section>
      </div>
    </>
  );
}

function Newest({ topic }: { readonly topic: string }) {
  const [site = "", line = "", step = "", machine = "", type = ""] = topic.split("/");
  const query = new URLSearchParams({ site, line, step, machine, type, limit: "30" });
  const { data, problem, reload } = useQuery<MessagesAnswer>(`/api/messages?${query}`, [
    `machine:${site}/${line}/${step}/${machine}`,
  ]);
  return (
    <>
      <h2>
        factory/{topic} <span class="label">{words.newest}</span>
      </h2>
      <Failed problem={problem} onRetry={reload} />
      {data?.messages.map((each) => (
        <Message key={each.id} message={each} />
      ))}
    </>
  );
}

function OneMessage({ id }: { readonly id: string }) {
  const { data, problem, reload } = useQuery<MessageAnswer>(`/api/messages/${encodeURIComponent(id)}`);
  return (
    <>
      <Failed problem={problem} onRetry={reload} />
      {data === undefined ? null : (
        <>
          <h2>{data.message.topic}</h2>
          <Message message={data.message} />
        </>
      )}
    </>
  );
}

function Message({ message }: { readonly message: MessageAnswer["message"] }) {
  const { id, at, seq, version, flags, payload } = message;
  return (
    <article class="message">
      <p class="small">
        <b>{zone.value.near(Date.parse(at), now.value)}</b>{" "}
        <span class="label">
          {`${texts.data.message} ${number(id)} · ${words.number} ${seq === null ? "–" : number(seq)} · ${words.version} ${version}`}
          {flags.length === 0 ? "" : ` · ${flags.join(", ")}`}
        </span>
      </p>
      <pre class="payload">{pretty(payload)}</pre>
    </article>
  );
}

/** JSON on several lines where it is JSON; as it came otherwise. */
function pretty(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 1);
  } catch {
    return payload;
  }
}
