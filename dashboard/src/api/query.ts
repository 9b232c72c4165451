import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { listen } from "./live.ts";
import { Problem, problemOf, unreachable } from "./problem.ts";
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

const NOTHING = { data: undefined, problem: undefined, atMs: 0 };

/** The API answers in its own time limit, or says why not: after so long nobody answers any more. */
const PATIENCE_MS = 30_000;

/** Reads JSON from the API. @throws Problem */
export async function read<Data>(path: string, signal?: AbortSignal): Promise<Data> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  let response: Response;
  try {
    response = await fetch(path, {
      headers: { accept: "application/json" },
      signal: signal === undefined ? patience : AbortSignal.any([signal, patience]),
    });
    if (response.ok) return (await response.json()) as Data;
  } catch (error) {
    throw unreachable(error);
  }
  throw await problemOf(response);
}

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
    const abort = new AbortController();
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
        const data = await read<Data>(path, abort.signal);
        if (!abort.signal.aborted) setKnown({ data, problem: undefined, atMs: Date.now() });
      } catch (error) {
        if (abort.signal.aborted) return;
        const problem = error instanceof Problem ? error : unreachable(error);
        setKnown((before) => ({ ...before, problem }));
        if (mayPass(problem)) retry = setTimeout(ask, RETRY_MS);
      } finally {
        busy = false;
        if (again && !abort.signal.aborted) {
          again = false;
          void ask();
        }
      }
    };
    void ask();
    const timer = every === undefined ? undefined : setInterval(() => void ask(), every * 1_000);
    const ends =
      subjectList === "" ? [] : subjectList.split(",").map((subject) => listen(subject, () => void ask()));
    return () => {
      abort.abort();
      clearTimeout(retry);
      clearInterval(timer);
      for (const end of ends) end();
    };
  };
  // What a page shows is asked for when it is rendered, not when the browser has painted it: a frame less at every step.
  // What is asked every few seconds anyway comes after it.
  const asked = [path, subjectList, every, turn];
  useLayoutEffect(() => (every === undefined ? keepAsking() : undefined), asked);
  useEffect(() => (every === undefined ? undefined : keepAsking()), asked);

  return { ...known, reload: () => setTurn((value) => value + 1) };
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
  useLayoutEffect(() => {
    const abort = new AbortController();
    const now = paths.map(pathOnlyWithTag).join("\n");
    if (things.current !== now) setKnown({ data: [], problem: undefined });
    things.current = now;
    let retry: ReturnType<typeof setTimeout> | undefined;
    void Promise.allSettled(paths.map((path) => read<Data>(path, abort.signal))).then((results) => {
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
    });
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
