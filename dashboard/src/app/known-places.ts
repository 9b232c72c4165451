import { plant, stepWords, tagLabel } from "../api/plant.ts";
import { texts } from "../texts/en.ts";
import type { Place } from "./places.ts";
import { addressOf } from "./router.ts";

const BATCH = /^[A-Za-z0-9][A-Za-z0-9._-]{3,}$/;

/** All places there are: pages, lines, machines, their tags; and what was typed, taken for a batch. */
export function useKnownPlaces(typed: string): Place[] {
  const pages = Object.entries(texts.pages).map(([name, words]) => ({
    address: `/${name}`,
    words,
    kind: "page",
  }));
  const model = plant.value;
  if (model === undefined) return pages;
  const lines = model.lines.map(({ key, site, line }) => ({
    address: addressOf("line", key),
    words: `${site.name ?? site.id} ${line.name ?? line.id}`,
    kind: "line",
  }));
  const machines = [...model.machines.values()].flatMap(({ key, step, definition }) => {
    const words = `${stepWords(step).name} ${definition.id}`;
    const tags = Object.entries(definition.tags).map(([name, tag]) => ({
      address: `${addressOf("machine", key)}?tags=${encodeURIComponent(name)}`,
      words: `${definition.id} ${tagLabel(name, tag)} ${name}`,
      kind: "tag",
    }));
    return [{ address: addressOf("machine", key), words, kind: "machine" }, ...tags];
  });
  const places = [...pages, ...lines, ...machines];
  // What is the name of nothing else is taken for a batch's.
  const word = typed.trim();
  const isKnown = places.some(({ words }) => words.toLowerCase().includes(word.toLowerCase()));
  if (isKnown || !BATCH.test(word)) return places;
  return [...places, { address: addressOf("batches", word), words: word, kind: "batch" }];
}
