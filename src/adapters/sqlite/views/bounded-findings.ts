import type { Finding, Findings } from "../../../views/view.ts";
import type { ViewRows } from "../../../views/view-table.ts";
import type { FindingCountRow, FindingNumberRow, FindingRow } from "./editions.ts";

/** Findings of one view: of more, those go that were reported first. */
export const MOST_FINDINGS = 10_000;
/** A longer sentence is cut, in UTF-16 units: values of messages stand in it. */
const LONGEST_DETAIL = 1_000;
const ALL = "all";

/** Where the findings of an edition are kept. */
export interface FindingTables {
  readonly findings: ViewRows<FindingRow>;
  readonly numbers: ViewRows<FindingNumberRow>;
  readonly counts: ViewRows<FindingCountRow>;
}

/**
 * The findings of an edition, bounded. Each report has a number, and what was reported so many reports ago is gone,
 * whether or not others were healed meanwhile: so what is kept follows from the log alone, however it was grouped.
 */
export class BoundedFindings implements Findings {
  readonly #tables: FindingTables;
  readonly #most: number;

  constructor(tables: FindingTables, most = MOST_FINDINGS) {
    this.#tables = tables;
    this.#most = most;
  }

  /** How many there are. */
  get present(): number {
    return this.#counts().present;
  }

  report({ key, reason, detail, subject, atMs, messageId }: Finding): void {
    const { findings, numbers } = this.#tables;
    const counts = this.#counts();
    const reported = counts.reported + 1;
    const before = findings.get(key);
    if (before !== undefined) numbers.delete(before.number);
    const short = detail.length <= LONGEST_DETAIL ? detail : `${detail.slice(0, LONGEST_DETAIL)}…`;
    findings.put({
      ...{ key, reason, detail: short.toWellFormed(), subject },
      ...{ at_ms: atMs, message_id: messageId, number: reported },
    });
    numbers.put({ number: reported, key });
    const oldest = numbers.get(reported - this.#most);
    if (oldest !== undefined) {
      findings.delete(oldest.key);
      numbers.delete(oldest.number);
    }
    const present = counts.present + (before === undefined ? 1 : 0) - (oldest === undefined ? 0 : 1);
    this.#tables.counts.put({ name: ALL, reported, present });
  }

  heal(key: string): void {
    const { findings, numbers } = this.#tables;
    const found = findings.get(key);
    if (found === undefined) return;
    findings.delete(key);
    numbers.delete(found.number);
    const counts = this.#counts();
    this.#tables.counts.put({ ...counts, present: counts.present - 1 });
  }

  #counts(): FindingCountRow {
    return this.#tables.counts.get(ALL) ?? { name: ALL, reported: 0, present: 0 };
  }
}
