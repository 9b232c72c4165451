import { useState } from "preact/hooks";
import type { RecallAnswer } from "../../api/answers.ts";
import { plant, zone } from "../../api/plant.ts";
import { now } from "../../app/clock.ts";
import { addressOf, choices, choose } from "../../app/router.ts";
import { number } from "../../format/number.ts";
import { fieldOf, utcOf } from "../../format/wall-time.ts";
import { Segmented } from "../../parts/segmented.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.recall;
const WAYS = ["lot", "code", "machine"] as const;
type Way = (typeof WAYS)[number];
const NOTHING = { lots: undefined, at: undefined, machine: undefined, from: undefined, to: undefined };

/** What a recall begins with: lots, a pack's code and time, or what a machine made in a span of time. */
export function Suspicion({ data }: { readonly data: RecallAnswer | undefined }) {
  const { value: asked } = choices;
  const [way, setWay] = useState<Way>(asked.has("machine") ? "machine" : asked.has("at") ? "code" : "lot");
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const time = (name: string) => utcOf(text(name), zone.value);
    if (way === "machine")
      choose({ ...NOTHING, machine: text("machine"), from: time("from"), to: time("to") });
    else if (text("lots") !== "")
      choose({ ...NOTHING, lots: text("lots"), at: way === "code" ? time("at") : undefined });
  };
  return (
    <div class="stack grow">
      <form class="ask-for" onSubmit={submit}>
        <Segmented<Way>
          label={words.by}
          options={WAYS.map((each) => [each, words.ways[each]] as const)}
          value={way}
          onChoose={setWay}
        />
        {way === "machine" ? (
          <>
            <label>
              <span class="label">{words.machine}</span>
              <select class="field" name="machine">
                {[...(plant.value?.machines.keys() ?? [])].map((key) => (
                  <option key={key} value={key} selected={key === asked.get("machine")}>
                    {key}
                  </option>
                ))}
              </select>
            </label>
            <TimeField name="from" label={words.from} />
            <TimeField name="to" label={words.to} />
          </>
        ) : (
          <label class="grow">
            <span class="label">{way === "code" ? words.code : words.lots}</span>
            <input
              class="field"
              name="lots"
              defaultValue={asked.get("lots") ?? ""}
              placeholder={texts.trace.placeholder}
              maxLength={4_000}
              spellcheck={false}
              autoComplete="off"
            />
          </label>
        )}
        {way === "code" ? <TimeField name="at" label={words.printed} /> : null}
        <button type="submit" class="btn primary">
          {words.ask}
        </button>
      </form>
      {data === undefined ? null : (
        <p class="small">
          <span class="label">{words.suspected}</span>{" "}
          {data.suspected.slice(0, 3).map(({ lot, material, made_at, total_kg }) => (
            <span key={lot}>
              <a href={addressOf("genealogy", lot)} class="strong">
                {material?.replaceAll("_", " ") ?? ""} {lot}
              </a>{" "}
              <span class="label">
                {number(total_kg, 1)} kg
                {made_at === null ? "" : `, ${zone.value.near(Date.parse(made_at), now.value)}`}
              </span>{" "}
            </span>
          ))}
          {data.suspected.length > 3 ? words.more(number(data.suspected.length - 3)) : null}
          {data.suspected.length === 0 ? words.units : null}
        </p>
      )}
    </div>
  );
}

function TimeField({ name, label }: { readonly name: "at" | "from" | "to"; readonly label: string }) {
  return (
    <label>
      <span class="label">{label}</span>
      <input
        class="field"
        type="datetime-local"
        name={name}
        required={name !== "to"}
        defaultValue={fieldOf(choices.value.get(name), zone.value)}
      />
    </label>
  );
}
