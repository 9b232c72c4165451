import { useEffect, useState } from "preact/hooks";
import type { SearchAnswer } from "../api/answers.ts";
import { read } from "../api/read.ts";
import { texts } from "../texts/en.ts";
import type { Place } from "./places.ts";
import { addressOf } from "./router.ts";

/** So long after the last letter is asked: a scanner types faster. */
const PAUSE_MS = 150;
const FEWEST_LETTERS = 3;

/** Lots, batches, pallets, cases and pack codes that begin with what was typed; none until the API has said so. */
export function useFoundPlaces(typed: string): readonly Place[] {
  const [found, setFound] = useState<{ readonly of: string; readonly places: readonly Place[] }>();
  const word = typed.trim();
  useEffect(() => {
    if (word.length < FEWEST_LETTERS) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      read<SearchAnswer>(
        `/api/find?limit=4&text=${encodeURIComponent(word.slice(0, 80))}`,
        abort.signal,
      ).then(
        ({ matches }) => setFound({ of: word, places: matches.map(placeOf) }),
        // What can't be asked is not found: the palette still goes to pages and machines.
        () => {},
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [word]);
  return found?.of === word ? found.places : [];
}

function placeOf({ kind, id }: SearchAnswer["matches"][number]): Place {
  return {
    address: kind === "batch" ? addressOf("batches", id) : addressOf("genealogy", id),
    words: id,
    kind: texts.trace.kinds[kind],
  };
}
