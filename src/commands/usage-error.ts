import type { CommanderError } from "commander";
import { ConcheError } from "../errors/conche-error.ts";
import { suggestion } from "../errors/nearest-name.ts";

/** What can stand at the place of an unknown word. */
export interface KnownWords {
  /** The command as typed: `conche log tail`. */
  readonly command: string;
  readonly verbs: readonly string[];
  readonly flags: readonly string[];
}

/** A verb that doesn't exist, with the nearest that does. */
export function unknownVerb(verb: string, known: KnownWords): ConcheError {
  const near = suggestion(verb, known.verbs);
  return new ConcheError("CONCHE_USAGE", {
    message: `unknown command ${shownWord(verb)}${near}`,
    hint: `${known.command} --help lists the commands`,
  });
}

/** A command that only has commands of its own was called without one. */
export function verbMissing(known: KnownWords): ConcheError {
  return new ConcheError("CONCHE_USAGE", {
    message: `${known.command} needs a command: ${known.verbs.join(", ")}`,
    hint: `${known.command} --help explains them`,
  });
}

/** What the command-line library found wrong, in our words: the nearest option, and which help to look into. */
export function usageError(error: CommanderError, known: KnownWords): ConcheError {
  const said = withoutValues(error.message.replace(/^error: /, ""));
  const flag =
    error.code === "commander.unknownOption" ? /^unknown option '([^'=]*)/.exec(said)?.[1] : undefined;
  const near = flag === undefined ? "" : flagSuggestion(flag, known.flags);
  const hint = `${known.command} --help shows what it takes`;
  return new ConcheError("CONCHE_USAGE", { message: `${said}${near}`, hint });
}

/** Longer or odder than this no verb is: it may be a value at a wrong place, a password among them. */
const WORD_LIKE = /^[\w-]{1,40}$/;

function shownWord(word: string): string {
  return WORD_LIKE.test(word) ? `'${word}'` : "(a word that no command can be)";
}

/** What the library quotes of the command line, without what may be secret: a flag's value, words without a flag. */
function withoutValues(message: string): string {
  return message
    .replace(/'(--?[\w-]+)=[^']*.*$/s, "'$1'")
    .replace(/(Expected \d+ arguments? but got \d+).*$/s, "$1.");
}

function flagSuggestion(flag: string, flags: readonly string[]): string {
  const names = flags.map((known) => known.replace(/^--/, ""));
  return suggestion(flag.replace(/^-+/, ""), names).replace("you mean ", "you mean --");
}
