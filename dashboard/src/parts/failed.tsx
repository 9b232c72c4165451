import type { Problem } from "../api/problem.ts";
import { texts } from "../texts/en.ts";

interface FailedProps {
  /** Nothing is shown where nothing failed. */
  readonly problem: Problem | undefined;
  readonly onRetry: () => void;
}

/** A part of a page that could not be read: what failed and what to do, in words; its code for whoever mends it. */
export function Failed({ problem, onRetry }: FailedProps) {
  if (problem === undefined) return null;
  return (
    <div class="failed" role="alert">
      <p class="strong">{problem.message}</p>
      {problem.todo === "" ? null : <p>{problem.todo}</p>}
      <button type="button" class="btn" onClick={onRetry}>
        {texts.states.retry}
      </button>
      <details class="label xs">
        <summary>{texts.states.forWhomever}</summary>
        <span class="mono anywhere">{problem.technical}</span>
      </details>
    </div>
  );
}
