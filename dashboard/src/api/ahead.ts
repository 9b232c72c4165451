import { read } from "./read.ts";

/** A question that is on its way. */
interface Asked<Data> {
  readonly answer: Promise<Data>;
  readonly abort: AbortController;
}

/** By path, until what is being rendered has been: nobody may take an answer that is older than that. */
const ahead = new Map<string, Asked<unknown>>();

/** Asks while what is going to need the answer is still being rendered: the way there and back passes meanwhile. */
export function askAhead(path: string): void {
  if (ahead.has(path)) return;
  const abort = new AbortController();
  const answer = read<unknown>(path, abort.signal);
  // Whoever takes it hears of it.
  answer.catch(() => {});
  ahead.set(path, { answer, abort });
  setTimeout(() => {
    if (ahead.delete(path)) abort.abort();
  }, 0);
}

/** The question that was asked ahead for a path, once. */
export function takeAhead<Data>(path: string): Asked<Data> | undefined {
  const asked = ahead.get(path);
  ahead.delete(path);
  return asked as Asked<Data> | undefined; // what a path answers is its own type, whoever asked
}
