import { placeOf } from "../config/read-value.ts";
import { NAME_PATTERN, saidProblem, WORDS_PATTERN } from "../contract/said-text.ts";
import { suggestion } from "../errors/nearest-name.ts";
import { durationMs } from "../time/duration.ts";

/** A whole number within bounds, both included; throws an Error that says so. */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new Error(`must be a whole number from ${minimum} to ${maximum}`);
  };
}

/** One of some words; throws an Error that lists them and names the nearest. */
export function oneOf<Word extends string>(words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    throw new Error(`must be one of ${words.join(", ")}${suggestion(text, words)}`);
  };
}

/** A file or folder, absolute; throws an Error where it is none. */
export function place(text: string): string {
  const found = placeOf(text, ".");
  if (found === undefined) throw new Error("must be a path");
  return found;
}

/** Text that matches a pattern; throws an Error with what it must be. */
export function matching(pattern: RegExp, expected: string): (text: string) => string {
  return (text) => {
    if (pattern.test(text)) return text;
    throw new Error(`must be ${expected}`);
  };
}

/** A time span within bounds, both included; throws an Error that says what it must be. */
export function duration(minimum: string, maximum: string): (text: string) => number {
  return (text) => {
    const ms = durationMs(text);
    if (ms !== undefined && ms >= (durationMs(minimum) ?? 0) && ms <= (durationMs(maximum) ?? 0)) return ms;
    throw new Error(`must be a time span from ${minimum} to ${maximum}, such as 30m, 12h, 7d`);
  };
}

/** `dryRun` as `dry-run`: an option's key as its flag. */
export function flagName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `dry-run` as `dryRun`: how the command-line library keys an option. */
export function optionKey(flag: string): string {
  return flag.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** A person's name, as it goes into a message: of one line, and nothing in it that can't be seen. */
export const personName = said(NAME_PATTERN);
/** What a person says. */
export const personWords = said(WORDS_PATTERN);

function said(pattern: string): (text: string) => string {
  return (text) => {
    // What blank is to be is told by who asks for it, with an example.
    const problem = text.trim() === "" ? undefined : saidProblem(text, pattern);
    if (problem !== undefined) throw new Error(problem);
    return text;
  };
}
