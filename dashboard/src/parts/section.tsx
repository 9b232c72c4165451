import type { ComponentChildren } from "preact";
import type { Query } from "../api/query.ts";
import { Failed } from "./failed.tsx";

interface SectionProps {
  readonly title: ComponentChildren;
  /** What is said of it beside its name. */
  readonly note?: ComponentChildren;
  /** Its choices and its way on, after the note. */
  readonly aside?: ComponentChildren;
  /** What it shows the answer to: where that could not be had, it says so. */
  readonly of?: Pick<Query<unknown>, "problem" | "reload">;
  readonly children: ComponentChildren;
}

/** A part of a page: its name, a note, and what can't be read said in its place. */
export function Section({ title, note, aside, of, children }: SectionProps) {
  return (
    <section class="section">
      <h2>
        {title} {note === undefined || note === "" ? null : <span class="label">{note}</span>}
        {aside}
      </h2>
      {of === undefined ? null : <Failed problem={of.problem} onRetry={of.reload} />}
      {children}
    </section>
  );
}
