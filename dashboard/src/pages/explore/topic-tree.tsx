import { useState } from "preact/hooks";
import type { TopicsAnswer } from "../../api/answers.ts";
import { useQuery } from "../../api/query.ts";
import { now } from "../../app/clock.ts";
import { number } from "../../format/number.ts";
import { duration } from "../../format/time.ts";
import { Failed } from "../../parts/failed.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.explore;
/** Seconds between two looks: the newest message of each topic is what changes. */
const EVERY_S = 5;

type Level = TopicsAnswer["levels"][number];

interface TopicTreeProps {
  /** From the root, as `factory/tunis-01`; the levels right below it are shown. */
  readonly under: string;
  /** The topic that is chosen, from the root. */
  readonly chosen: string | undefined;
  readonly onChoose: (topic: string) => void;
}

/** The topics that messages came on, a level at a time: how much came, and how long ago the newest. */
export function TopicTree({ under, chosen, onChoose }: TopicTreeProps) {
  const question = under === "" ? "/api/topics" : `/api/topics?under=${encodeURIComponent(under)}`;
  const { data, problem, reload } = useQuery<TopicsAnswer>(question, [], EVERY_S);
  if (problem !== undefined) return <Failed problem={problem} onRetry={reload} />;
  if (data === undefined) return <p class="empty">–</p>;
  if (data.levels.length === 0) return <p class="empty">{words.nothing}</p>;
  return (
    <ul class="topics">
      {data.levels.map((level) => (
        <TopicLevel
          key={level.topic}
          level={level}
          // A way without a fork is gone by itself.
          opened={data.levels.length === 1 || (chosen?.startsWith(`${level.topic}/`) ?? false)}
          chosen={chosen}
          onChoose={onChoose}
        />
      ))}
    </ul>
  );
}

interface TopicLevelProps {
  readonly level: Level;
  readonly opened: boolean;
  readonly chosen: string | undefined;
  readonly onChoose: (topic: string) => void;
}

function TopicLevel({
  level: { level, topic, branch, messages, last_at },
  opened,
  ...rest
}: TopicLevelProps) {
  const [toggled, toggle] = useState<boolean>();
  const open = toggled ?? opened;
  const { chosen, onChoose } = rest;
  return (
    <li>
      <button
        type="button"
        class="topic"
        aria-expanded={branch ? open : undefined}
        aria-pressed={branch ? undefined : topic === chosen}
        onClick={() => (branch ? toggle(!open) : onChoose(topic))}
      >
        <span class="topic-mark" aria-hidden="true">
          {branch ? (open ? "▾" : "▸") : ""}
        </span>
        <span>{level}</span>
        <span class="label xs number">{number(messages)}</span>
        <span class="label xs number">{duration(Math.max(0, now.value - Date.parse(last_at)))}</span>
      </button>
      {branch && open ? <TopicTree under={topic} {...rest} /> : null}
    </li>
  );
}
