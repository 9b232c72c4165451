import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { askAhead, takeAhead } from "./ahead.ts";
import type { NowAnswer } from "./answers.ts";
import { listen } from "./live.ts";
import { Problem, problemOf, unreachable } from "./problem.ts";
import { PATIENCE_MS, read } from "./read.ts";
import { ACTING } from "./session.ts";

/** What is known of an answer: the newest data stays while a newer one is on its way or could not be had. */
export interface Query<Data> {
  readonly data: Data | undefined;
  /** Why the last attempt failed; the data, if any, is then as old as `atMs`. */
  readonly problem: Problem | undefined;
  /** When the data came, ms since 1970; 0 before the first. */
  readonly atMs: number;
  readonly reload: () => void;
}

interface Known<Data> {
  readonly data: Data | undefined;
  readonly problem: Problem | undefined;
  readonly atMs: number;
}

/** After an error another attempt is made by itself. */
const RETRY_MS = 5_000;

/** What is wrong with the question stays wrong; what is wrong with the server or the way may pass. */
const mayPass = ({ status }: Problem): boolean => status === 0 || status >= 500;

/** Answers that come together are rendered together: a page that begins gets several at once. */
const due: (() => void)[] = [];

function renderTogether(apply: () => void): void {
  due.push(apply);
  if (due.length > 1) return;
  setTimeout(() => {
    for (const each of due.splice(0)) each();
  }, 0);
}

const NOTHING = { data: undefined, problem: undefined, atMs: 0 };

/**
 * The answer to a path of the API, asked again when one of the subjects changes, and every so many seconds where
 * `every` says so (what no subject tells of); nothing for an undefined path.
 * One request at a time: a change during a request is answered by one more after it.
 */
export function useQuery<Data>(
  path: string | undefined,
  subjects: readonly string[] = [],
  every?: number,
): Query<Data> {
  const [known, setKnown] = useState<Known<Data>>(NOTHING);
  const askedPath = useRef<string | undefined>(undefined);
  const [turn, setTurn] = useState(0);
  const subjectList = subjects.join(",");

  const keepAsking = () => {
    if (path === undefined) return;
    if (askedPath.current !== undefined && pathOnly(askedPath.current) !== pathOnly(path)) setKnown(NOTHING);
    askedPath.current = path;
    const early = takeAhead<Data>(path);
    const abort = early?.abort ?? new AbortController();
    let first = early?.answer;
    let busy = false;
    let again = false;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      if (busy) {
        again = true;
        return;
      }
      busy = true;
      clearTimeout(retry);
      try {
        const answer = first ?? read<Data>(path, abort.signal);
        first = undefined;
        const data = await answer;
        const atMs = Date.now();
        for (const { answered } of listening) answered(positionOf(data));
        renderTogether(() => {
          if (!abort.signal.aborted) setKnown({ data, problem: undefined, atMs });
        });
      } catch (error) {
        if (abort.signal.aborted) return;
        const problem = error instanceof Problem ? error : unreachable(error);
        renderTogether(() => {
          if (!abort.signal.aborted) setKnown((before) => ({ ...before, problem }));
        });
        if (mayPass(problem)) retry = setTimeout(ask, RETRY_MS);
      } finally {
        busy = false;
        if (again && !abort.signal.aborted) {
          again = false;
          void ask();
        }
      }
    };
    const listening =
      subjectList === "" ? [] : subjectList.split(",").map((subject) => listen(subject, () => void ask()));
    void ask();
    const timer = every === undefined ? undefined : setInterval(() => void ask(), every * 1_000);
    return () => {
      abort.abort();
      clearTimeout(retry);
      clearInterval(timer);
      for (const { end } of listening) end();
    };
  };
  // What a page shows is asked for while it is rendered, not when the browser has painted it: a frame less at every step.
  // What is asked every few seconds anyway comes after it.
  const asked = [path, subjectList, every, turn];
  const begins = useRef(true);
  if (begins.current && path !== undefined && every === undefined) askAhead(path);
  begins.current = false;
  useLayoutEffect(() => (every === undefined ? keepAsking() : undefined), asked);
  useEffect(() => (every === undefined ? undefined : keepAsking()), asked);

  return { ...known, reload: () => setTurn((value) => value + 1) };
}

/** The message of the log that an answer is as of: of its views the one that is least far, or the log itself. */
function positionOf(answer: unknown): number {
  const { as_of } = answer as Partial<Pick<NowAnswer, "as_of">>;
  return Math.min(as_of?.log_position ?? 0, ...(as_of?.views ?? []).map(({ position }) => position));
}

/** The answers to several paths; what came before stays until the next one is there. One problem stands for all. */
export function useQueries<Data>(paths: readonly string[]): {
  readonly data: readonly (Data | undefined)[];
  readonly problem: Problem | undefined;
  readonly reload: () => void;
} {
  const [known, setKnown] = useState<{
    readonly data: readonly (Data | undefined)[];
    readonly problem: Problem | undefined;
  }>({
    data: [],
    problem: undefined,
  });
  const [turn, setTurn] = useState(0);
  const list = paths.join("\n");
  const things = useRef("");
  const begins = useRef(true);
  if (begins.current) for (const path of paths) askAhead(path);
  begins.current = false;
  useLayoutEffect(() => {
    const abort = new AbortController();
    const now = paths.map(pathOnlyWithTag).join("\n");
    if (things.current !== now) setKnown({ data: [], problem: undefined });
    things.current = now;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const answers = paths.map((path) => {
      const early = takeAhead<Data>(path);
      abort.signal.addEventListener("abort", () => early?.abort.abort());
      return early?.answer ?? read<Data>(path, abort.signal);
    });
    const take = (results: readonly PromiseSettledResult<Data>[]): void => {
      if (abort.signal.aborted) return;
      // Something that was never heard of has no answer, and that is no failure of the page.
      const failed = results.find(
        (result) =>
          result.status === "rejected" && !(result.reason instanceof Problem && result.reason.status === 404),
      );
      const reason: unknown = failed?.status === "rejected" ? failed.reason : undefined;
      if (reason === undefined) {
        const data = results.map((result) => (result.status === "fulfilled" ? result.value : undefined));
        setKnown({ data, problem: undefined });
        return;
      }
      const problem = reason instanceof Problem ? reason : unreachable(reason);
      setKnown((before) => ({
        data: results.map((result, index) =>
          result.status === "fulfilled" ? result.value : before.data[index],
        ),
        problem,
      }));
      if (mayPass(problem)) retry = setTimeout(() => setTurn((value) => value + 1), RETRY_MS);
    };
    void Promise.allSettled(answers).then((results) => renderTogether(() => take(results)));
    return () => {
      abort.abort();
      clearTimeout(retry);
    };
  }, [list, turn]);
  return { ...known, reload: () => setTurn((value) => value + 1) };
}

/** What a path asks about, without the span of time. */
function pathOnlyWithTag(path: string): string {
  const { searchParams, pathname } = new URL(path, location.origin);
  for (const name of ["from", "to", "points"]) searchParams.delete(name);
  return `${pathname}?${searchParams}`;
}

/** Another period of the same thing keeps the old picture until the new one is there; another thing doesn't. */
function pathOnly(path: string): string {
  return path.split("?", 1)[0] ?? path;
}

/** Sends something to be done. @throws Problem */
export async function send<Answer>(path: string, body: object): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json", ...ACTING },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch (error) {
    throw unreachable(error);
  }
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as Answer;
}
