import { useEffect } from "preact/hooks";
import type { MessagesAnswer } from "../../api/answers.ts";
import { useQuery } from "../../api/query.ts";
import { choose } from "../../app/router.ts";
import { Failed } from "../../parts/failed.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.recall;
/** The test and the alarm of its failure are of the same moment, as the machine's clock has it. */
const NEAR_MS = 60_000;
/** Where the machine doesn't say when it last passed: a test is due every hour, or at each shift's start. */
const LONGEST_MS = 12 * 3_600_000;

interface SinceGoodTestProps {
  readonly machine: string;
  /** When the test failed, ms since 1970. */
  readonly failedMs: number;
}

/** What was packed between the last detector test that was passed and the one that failed: asked for in that window. */
export function SinceGoodTest({ machine, failedMs }: SinceGoodTestProps) {
  const [site = "", line = "", step = "", id = ""] = machine.split("/");
  const asked = new URLSearchParams({
    ...{ site, line, step, machine: id, type: "batch", limit: "200" },
    from: new Date(failedMs - NEAR_MS).toISOString(),
    to: new Date(failedMs + NEAR_MS).toISOString(),
  });
  const { data, problem, reload } = useQuery<MessagesAnswer>(`/api/messages?${asked}`);
  useEffect(() => {
    if (data === undefined) return;
    const from = data.messages.map(({ payload }) => lastPassOf(payload)).find((at) => at !== undefined);
    choose(
      {
        from: from ?? new Date(failedMs - LONGEST_MS).toISOString(),
        to: new Date(failedMs).toISOString(),
        failed: undefined,
      },
      true,
    );
  }, [data]);
  return (
    <>
      <Failed problem={problem} onRetry={reload} />
      {problem === undefined ? <p class="empty">{words.lookingForTest}</p> : null}
    </>
  );
}

/** When the detector had passed before the test that failed; undefined for every other message. */
function lastPassOf(payload: string): string | undefined {
  try {
    const said = JSON.parse(payload) as { event?: unknown; pass?: unknown; last_pass_at?: unknown };
    const failed = said.event === "DETECTOR_TEST" && said.pass === false;
    return failed && typeof said.last_pass_at === "string" ? said.last_pass_at : undefined;
  } catch {
    // Bytes that are no JSON are no test.
    return undefined;
  }
}
