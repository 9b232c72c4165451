import type { RecallAnswer } from "../api/answers.ts";
import { useOpenHolds } from "../api/holds.ts";
import { useQuery } from "../api/query.ts";
import { choices, type PageProps } from "../app/router.ts";
import { behindOf, isLevel } from "../format/level.ts";
import { number } from "../format/number.ts";
import { type RecallSum, sumOf } from "../format/recall-words.ts";
import { NotAll, Stale } from "../parts/as-of.tsx";
import { Failed } from "../parts/failed.tsx";
import { holdWords, OpenHolds } from "../parts/open-holds.tsx";
import { Verdict } from "../parts/verdict.tsx";
import { texts } from "../texts/en.ts";
import { Balance } from "./recall/balance.tsx";
import { Drill } from "./recall/drill.tsx";
import { HoldButton } from "./recall/hold-button.tsx";
import { Pallets } from "./recall/pallets.tsx";
import { Clear, Dispersion, Trust } from "./recall/proof.tsx";
import { SinceGoodTest } from "./recall/since-good-test.tsx";
import { Suspicion } from "./recall/suspicion.tsx";
import { WhereItIs } from "./recall/where-it-is.tsx";

const words = texts.recall;

/** A recall, or the drill of one: what must come back, what be held, what is provably clear. */
export default function RecallPage(_: PageProps) {
  const asked = new URLSearchParams();
  for (const name of ["lots", "at", "machine", "from", "to"]) {
    const value = choices.value.get(name);
    if (value !== null) asked.set(name, value);
  }
  const failedMs = Date.parse(choices.value.get("failed") ?? "");
  const machine = asked.get("machine");
  const path = asked.size === 0 || failedMs > 0 ? undefined : `/api/recall?${asked}`;
  const { data, problem, atMs, reload } = useQuery<RecallAnswer>(path, [], 30);
  const holds = useOpenHolds();
  const [held] = path === undefined ? holds.open : [];
  const sum = data === undefined ? undefined : sumOf(data);
  return (
    <>
      <Verdict
        priority={
          held !== undefined
            ? "hold"
            : sum === undefined || sum.callBack.length + sum.hold.length + sum.lotsLeft.length === 0
              ? undefined
              : "hold"
        }
        sentence={
          path === undefined
            ? held === undefined
              ? words.title
              : holdWords(held)
            : sum === undefined && problem !== undefined
              ? words.title
              : sum === undefined
                ? texts.states.loading
                : sentenceOf(sum, data)
        }
        rest={
          sum === undefined
            ? words.titleRest
            : words.clearOf(number(sum.clearPallets), number(data?.without_genealogy.pallets ?? 0))
        }
      >
        {data === undefined || sum === undefined ? null : (
          <HoldButton
            key={String(asked)}
            sum={sum}
            data={data}
            holds={holds.open}
            asked={asked.get("lots") ?? asked.get("machine") ?? ""}
            onHeld={reload}
          />
        )}
      </Verdict>
      <div class="recall-asked">
        <Suspicion key={String(asked)} data={data} />
        <Drill
          answered={data !== undefined}
          level={data === undefined || isLevel(behindOf(data))}
          asked={asked}
        />
      </div>
      <Failed problem={problem} onRetry={reload} />
      {data !== undefined && problem !== undefined ? <Stale atMs={atMs} /> : null}
      <NotAll data={data} />
      {failedMs > 0 && machine !== null ? <SinceGoodTest machine={machine} failedMs={failedMs} /> : null}
      {path === undefined ? (
        <>
          <p class="empty">{words.empty}</p>
          <OpenHolds holds={holds} />
        </>
      ) : null}
      {path !== undefined && data === undefined && problem === undefined ? (
        <p class="empty">{words.loading}</p>
      ) : null}
      {data === undefined || sum === undefined ? null : (
        <div class="columns recall">
          <div class="stack">
            <Pallets data={data} />
            <WhereItIs data={data} sum={sum} />
          </div>
          <div class="stack">
            {/* Goods that are named as they are went into nothing: there is no lot whose mass to follow. */}
            {asked.has("machine") || asked.has("at") ? null : <Balance data={data} />}
            <Clear data={data} />
            <Dispersion data={data} />
            <Trust data={data} />
          </div>
        </div>
      )}
    </>
  );
}

function sentenceOf(
  { callBack, hold, notHeld, lotsLeft }: RecallSum,
  data: RecallAnswer | undefined,
): string {
  if (callBack.length + hold.length === 0)
    return lotsLeft.length === 0 ? words.nothing : words.nothingPacked(lotsLeft.length);
  const customers = (data?.customers ?? []).map(({ customer }) => customer?.name ?? words.somebody);
  return words.verdict(goodsOf(callBack), customers, goodsOf(hold), notHeld.length === 0);
}

/** Goods counted as people speak of them. */
function goodsOf(units: RecallAnswer["units"]): string {
  const pallets = units.filter(({ unit_kind }) => unit_kind === "pallet").length;
  return words.goodsOf(pallets, units.length - pallets);
}
