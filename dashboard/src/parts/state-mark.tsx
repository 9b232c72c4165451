import { lookOf } from "../format/packml.ts";

/** The small square beside the name of a state. */
export function StateMark({ state }: { readonly state: string | null | undefined }) {
  return (
    <svg class="state-mark" width="11" height="11" aria-hidden="true">
      <rect class={`state-${lookOf(state)}`} x=".5" y=".5" width="10" height="10" />
    </svg>
  );
}
