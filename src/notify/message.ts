import type { ConditionKind } from "./condition.ts";
import type { Attempt, Delivery } from "./delivery.ts";
import type { News, NewsEvent } from "./told.ts";

/** A message as channels send it: for people as text, for programs as fields. */
export interface NotifyMessage {
  /** The same for a repetition of the same message. */
  readonly id: string;
  readonly madeMs: number;
  /** One line. */
  readonly subject: string;
  readonly text: string;
  readonly news: readonly {
    readonly event: NewsEvent;
    readonly rule: string;
    readonly kind: ConditionKind;
    readonly priority: string;
    readonly place: string;
    readonly sentence: string;
    /** ISO 8601, UTC. */
    readonly since: string;
    readonly at: string;
    readonly link?: string;
  }[];
  /** What isn't listed. */
  readonly more: number;
}

/** Where readers find the dashboard, and the plant's clock. */
export interface MessageSurroundings {
  readonly dashboard: string | undefined;
  readonly timezone: string;
}

const WORDS: Readonly<Record<NewsEvent, string>> = {
  began: "",
  still: "still ",
  escalated: "nobody has acknowledged it: ",
  ended: "over: ",
};
const LONGEST_SUBJECT = 150;

/** A delivery as it is sent. */
export function messageOf(delivery: Delivery, surroundings: MessageSurroundings): NotifyMessage {
  const { id, madeMs, news, more } = delivery;
  const [first] = news;
  const others = news.length - 1 + more;
  const subject = `Conche: ${first === undefined ? "news" : headline(first)}${others > 0 ? ` (and ${others} more)` : ""}`;
  const { dashboard } = surroundings;
  const rest =
    more === 0 ? [] : [`and ${more} more${dashboard === undefined ? "" : `: ${dashboard}/alarms`}`];
  return {
    id: `${madeMs.toString(36)}-${id}`,
    madeMs,
    subject: oneLine(subject).slice(0, LONGEST_SUBJECT),
    text: [...news.map((each) => paragraph(each, surroundings)), ...rest].join("\n\n"),
    news: news.map((each) => fields(each, dashboard)),
    more,
  };
}

/** A message that tries a channel out. */
export function trialMessage(channel: string, madeMs: number): NotifyMessage {
  const text = `This is a test of the channel ${channel}. Nothing is wrong.`;
  return {
    id: `${madeMs.toString(36)}-test`,
    madeMs,
    subject: `Conche: test of ${channel}`,
    text,
    news: [],
    more: 0,
  };
}

function headline({ event, condition: { priority, place, sentence } }: News): string {
  const where = place === "" ? "" : `${place.split("/").at(-1)}: `;
  return `${WORDS[event]}${priority}: ${where}${sentence}`;
}

function paragraph(news: News, { dashboard, timezone }: MessageSurroundings): string {
  const { condition, rule } = news;
  const link = linkOf(news, dashboard);
  const end = news.event === "ended" ? `, over since ${onTheClock(news.atMs, timezone)}` : "";
  return [
    oneLine(headline(news)),
    ...(condition.place === "" ? [] : [`  ${oneLine(condition.place)}`]),
    `  since ${onTheClock(condition.sinceMs, timezone)}${end} (${timezone}), by the rule ${oneLine(rule)}`,
    ...(link === undefined ? [] : [`  ${link}`]),
  ].join("\n");
}

function fields(news: News, dashboard: string | undefined): NotifyMessage["news"][number] {
  const { event, rule, condition, atMs } = news;
  const { kind, priority, place, sentence, sinceMs } = condition;
  const link = linkOf(news, dashboard);
  return {
    ...{ event, rule, kind, priority, place, sentence },
    since: new Date(sinceMs).toISOString(),
    at: new Date(atMs).toISOString(),
    ...(link === undefined ? {} : { link }),
  };
}

function linkOf({ condition: { kind, place } }: News, dashboard: string | undefined): string | undefined {
  if (dashboard === undefined) return undefined;
  if (kind === "alarm" || kind === "silent") {
    return `${dashboard}/machine/${place.split("/").map(encodeURIComponent).join("/")}`;
  }
  return `${dashboard}/${kind === "not_ready" ? "settings" : "data"}`;
}

/** What machines say can hold anything: a message's line is one line. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}

function onTheClock(ms: number, timeZone: string): string {
  return new Date(ms).toLocaleString("sv-SE", { timeZone });
}

/** PORT. Delivers messages of one channel. */
export interface Sender {
  /** Never rejects: how it ended is its answer. Says nothing that is secret in an error. */
  send(message: NotifyMessage): Promise<Attempt>;
}
