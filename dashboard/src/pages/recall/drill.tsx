import { saveCsv } from "../../api/csv-export.ts";
import { now } from "../../app/clock.ts";
import { choices, choose } from "../../app/router.ts";
import { duration } from "../../format/time.ts";
import { texts } from "../../texts/en.ts";

const words = texts.recall;
/** BRCGS 3.9: both ways, with mass balance, within four hours. */
const LIMIT_MS = 4 * 3_600_000;

interface DrillProps {
  readonly answered: boolean;
  /** Whether the answer has all of the log; the tables are not given before. The report says what it lacks. */
  readonly level: boolean;
  readonly asked: URLSearchParams;
}

/** The drill's clock, and its tables. It stands in the address: a reload, or another desk, sees the same time. */
export function Drill({ answered, level, asked }: DrillProps) {
  const begun = Date.parse(choices.value.get("drill") ?? "");
  const stopped = Date.parse(choices.value.get("stopped") ?? "");
  const spent = (Number.isNaN(stopped) ? now.value : stopped) - begun;
  // The drill's times go into the report.
  const printed = new URLSearchParams(asked);
  for (const name of ["drill", "stopped"]) {
    const value = choices.value.get(name);
    if (value !== null) printed.set(name, value);
  }
  const day = new Date(now.value).toISOString().slice(0, 10);
  return (
    <div class="drill">
      {Number.isNaN(begun) ? (
        <button
          type="button"
          class="btn"
          onClick={() => choose({ drill: new Date().toISOString(), stopped: undefined }, true)}
        >
          {words.drillStart}
        </button>
      ) : (
        <>
          <span role="timer" class={spent > LIMIT_MS ? "high" : ""}>
            {words.drill} <b>{duration(Math.max(0, spent))}</b>{" "}
            <span class="label">{words.drillLimit(duration(LIMIT_MS))}</span>
          </span>
          {Number.isNaN(stopped) ? (
            <button
              type="button"
              class="btn"
              onClick={() => choose({ stopped: new Date().toISOString() }, true)}
            >
              {words.drillStop}
            </button>
          ) : (
            <button
              type="button"
              class="btn"
              onClick={() => choose({ drill: undefined, stopped: undefined }, true)}
            >
              {words.drillClear}
            </button>
          )}
        </>
      )}
      {answered ? (
        <>
          <a class="btn" href={`/api/recall/report.pdf?${printed}`} download={`recall-${day}.pdf`}>
            {words.report}
          </a>
          <button
            type="button"
            class="btn"
            disabled={!level}
            onClick={() => void saveCsv(`/api/recall?${asked}`, `recall-goods-${day}.csv`)}
          >
            {words.goodsCsv}
          </button>
          <button
            type="button"
            class="btn"
            disabled={!level}
            onClick={() => void saveCsv(`/api/recall/tracking-events?${asked}`, `recall-fsma204-${day}.csv`)}
          >
            {words.fsma}
          </button>
        </>
      ) : null}
    </div>
  );
}
