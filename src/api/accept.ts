/** What a header of RFC 9110 names with a weight: 1 where it says none. */
export interface Weighted {
  readonly name: string;
  /** 0 (not at all) to 1. */
  readonly weight: number;
}

/** The list of an `Accept…` header, in its order and lower case; parameters other than the weight are left out. */
export function weightedList(header: string): readonly Weighted[] {
  return header.split(",").flatMap((part) => {
    const [name = "", ...parameters] = part.split(";").map((each) => each.trim().toLowerCase());
    return name === "" ? [] : [{ name, weight: weightOf(parameters) }];
  });
}

/** What is no weight says nothing. */
function weightOf(parameters: readonly string[]): number {
  const said = parameters.map((each) => /^q\s*=\s*([01](?:\.\d*)?)$/.exec(each)?.[1]).find(Boolean);
  return Math.min(1, Number(said ?? 1));
}

/**
 * Which media type an `Accept` header prefers (RFC 9110, 12.5.1): the one with the greatest weight, which the most exact
 * range that fits it says. Of equal ones the more exactly named, then the one named first, then the one offered first;
 * an empty header takes everything.
 * @returns undefined where it takes none of them
 */
export function preferredType(accept: string, offered: readonly string[]): string | undefined {
  const named = weightedList(accept);
  const ranges = named.length === 0 ? [{ name: "*/*", weight: 1 }] : named;
  const taken = offered.flatMap((type) => {
    const fits = ranges
      .map(({ name, weight }, place) => ({ type, weight, place, exactness: exactnessOf(name, type) }))
      .filter(({ exactness }) => exactness > 0)
      .sort((a, b) => b.exactness - a.exactness || b.weight - a.weight);
    return fits.slice(0, 1).filter(({ weight }) => weight > 0);
  });
  taken.sort((a, b) => b.weight - a.weight || b.exactness - a.exactness || a.place - b.place);
  return taken[0]?.type;
}

/** 3: the type itself, 2: all of its kind, 1: everything, 0: something else. */
function exactnessOf(range: string, type: string): number {
  if (range === type) return 3;
  if (range === `${type.split("/")[0]}/*`) return 2;
  return range === "*/*" ? 1 : 0;
}
