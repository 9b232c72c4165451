import type { Problem } from "../api/problem.ts";
import { texts } from "../texts/en.ts";

/** A part of a page that could not be read: what failed, its code, what to do; the rest of the page stays. */
export function Failed({ problem, onRetry }: { readonly problem: Problem; readonly onRetry: () => void }) {
  return (
    <div class="failed" role="alert">
      <p>
        <span class="strong">{problem.message}</span> <span class="mono label">{problem.code}</span>
      </p>
      {problem.hint === "" ? null : <p class="label">{problem.hint}</p>}
      <button type="button" class="btn" onClick={onRetry}>
        {texts.states.retry}
      </button>
    </div>
  );
}
