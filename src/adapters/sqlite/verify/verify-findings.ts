import type { VerifyFindingKind } from "../../../log/verify-report.ts";

/** Findings listed; a damaged file has as many as it has rows. */
const LISTED = 1000;

/** Collects what verifying finds, under the kinds that its report knows. */
export class Findings<Kind extends string = VerifyFindingKind> {
  readonly list: { readonly kind: Kind; readonly detail: string }[] = [];
  unlisted = 0;

  get count(): number {
    return this.list.length + this.unlisted;
  }

  add(kind: Kind, detail: string): void {
    if (this.list.length < LISTED) this.list.push({ kind, detail });
    else this.unlisted++;
  }
}
