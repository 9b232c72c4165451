import type { VerifyFinding, VerifyFindingKind } from "../../ingest/verify-report.ts";

/** Findings listed; a damaged log has as many as it has rows. */
const LISTED = 1000;

/** Collects what verifying finds. */
export class Findings {
  readonly list: VerifyFinding[] = [];
  unlisted = 0;

  add(kind: VerifyFindingKind, detail: string): void {
    if (this.list.length < LISTED) this.list.push({ kind, detail });
    else this.unlisted++;
  }
}
