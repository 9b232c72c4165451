import type { HoldsAnswer } from "./answers.ts";
import type { Problem } from "./problem.ts";
import { useQuery } from "./query.ts";

export type Hold = HoldsAnswer["holds"][number];

/** Goods on hold, the newest hold first. */
export function useOpenHolds(): {
  readonly open: readonly Hold[];
  readonly problem: Problem | undefined;
  readonly reload: () => void;
} {
  const { data, problem, reload } = useQuery<HoldsAnswer>("/api/holds?open=true&limit=1000", ["batches"]);
  const open = [...(data?.holds ?? [])].sort((a, b) => putAt(b) - putAt(a));
  return { open, problem, reload };
}

/** When it was put on, ms since 1970. */
export function putAt({ events }: Hold): number {
  return Date.parse(events[0]?.at ?? "") || 0;
}
