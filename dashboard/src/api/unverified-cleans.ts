import type { AskQuestionAnswer } from "./answers.ts";
import { useQuery } from "./query.ts";

/** A change from a product with milk to one without, that nothing shows to have been clean between. */
export interface UnverifiedClean {
  readonly machine: string;
  readonly atMs: number;
  readonly from: string;
  readonly to: string;
  readonly method: string;
}

/** The question about milk after changeovers, by its number in the list of questions. */
const QUESTION = 4;

/** Changes of product without a verified clean in a span, the newest first. */
export function useUnverifiedCleans(fromMs: number, toMs: number): readonly UnverifiedClean[] {
  const span = new URLSearchParams({
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
  });
  const { data } = useQuery<AskQuestionAnswer>(`/api/questions/${QUESTION}?${span}`, [], 60);
  return (data?.rows ?? [])
    .filter(({ verified }) => verified === false)
    .map(({ machine, at, from, to, method }) => ({
      ...{ machine: String(machine), atMs: Date.parse(String(at)) },
      ...{ from: String(from), to: String(to), method: String(method) },
    }))
    .sort((a, b) => b.atMs - a.atMs);
}
