import type { AlarmPresent } from "../api/present.ts";
import { texts } from "../texts/en.ts";

/** Alarms after which what was packed before them is in doubt: a detector that missed its test piece. */
const IN_DOUBT: ReadonlySet<string> = new Set(["DETECTOR_TEST_FAILED"]);

/** The way from a failed detector test to what was packed since the last good one, and to holding it. */
export function GoodsConcerned({ alarm }: { readonly alarm: AlarmPresent }) {
  if (!IN_DOUBT.has(alarm.code)) return null;
  const asked = new URLSearchParams({
    machine: alarm.machine,
    failed: new Date(alarm.raisedMs).toISOString(),
  });
  return (
    <div class="goods-concerned">
      <a class="btn" href={`/recall?${asked}`} title={texts.recall.inDoubtTitle}>
        {texts.recall.inDoubt}
      </a>
    </div>
  );
}
