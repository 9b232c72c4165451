import { type Command, CommanderError } from "commander";
import { COMMANDS } from "./catalogue.ts";
import { type CatalogueEntry, type CommandDefinition, type CommandGroup, isGroup } from "./command.ts";
import { addExamples, rootCommand } from "./root-command.ts";
import type { Surroundings } from "./run-command.ts";
import { type KnownWords, unknownVerb, usageError, verbMissing } from "./usage-error.ts";

/** Words after which nothing has to be loaded. */
const OVERVIEW = new Set(["help", "-h", "--help", "--version"]);

/**
 * Runs the command that the words ask for. Only that command's file is loaded, and for the overview not even what
 * options are made of: the help is there at once.
 * @returns the exit code
 * @throws ConcheError CONCHE_USAGE for words that don't fit, and whatever the command throws
 */
export async function runProgram(typed: readonly string[], surroundings: Surroundings): Promise<number> {
  const words = withCommand(typed);
  const { helpOnly, verbs } = verbsAmong(words);
  const known: KnownWords = {
    command: "conche",
    verbs: COMMANDS.map(({ name }) => name),
    flags: ["--help", "--version"],
  };
  const entry = COMMANDS.find(({ name }) => name === verbs[0]);
  if (verbs[0] !== undefined && entry === undefined) throw unknownVerb(verbs[0], known);

  const root = rootCommand(surroundings.terminal, COMMANDS);
  const selection: Selection = { known, exitCode: 0 };
  if (entry !== undefined || !words.every((word) => OVERVIEW.has(word))) {
    const given = helpOnly ? undefined : verbs[1];
    await select(
      root,
      entry,
      { word: given, maybeValue: isMaybeValue(words, given) },
      selection,
      surroundings,
    );
  }
  try {
    if (words.length === 0) root.outputHelp();
    else await root.parseAsync(words, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) {
      throw error.code === "commander.help"
        ? verbMissing(selection.known)
        : usageError(error, selection.known);
    }
  }
  return selection.exitCode;
}

/** What the words select, and what comes of it. */
interface Selection {
  known: KnownWords;
  exitCode: number;
}

/** The words that are neither options nor, as far as can be known before parsing, their values. */
function verbsAmong(words: readonly string[]): { helpOnly: boolean; verbs: string[] } {
  const end = words.indexOf("--");
  const before = end === -1 ? words : words.slice(0, end);
  const verbs = before.filter((word, index) => !word.startsWith("-") && before[index - 1] !== "--config");
  return verbs[0] === "help" ? { helpOnly: true, verbs: verbs.slice(1) } : { helpOnly: false, verbs };
}

/** The words with the command as it is called: people type `alarm ack` and `batches`, too. */
function withCommand(words: readonly string[]): readonly string[] {
  const [verb] = verbsAmong(words).verbs;
  if (verb === undefined || COMMANDS.some(({ name }) => name === verb)) return words;
  const meant = COMMANDS.find(({ name }) => [`${name}s`, `${name}es`].includes(verb) || name === `${verb}s`);
  const at = words.findIndex((word, index) => word === verb && words[index - 1] !== "--config");
  return meant === undefined ? words : words.with(at, meant.name);
}

/** Whether the word stands where an option's value may stand. */
function isMaybeValue(words: readonly string[], word: string | undefined): boolean {
  return word !== undefined && (words[words.indexOf(word) - 1] ?? "").startsWith("--");
}

/** What stands where a verb's own verb would. */
interface SecondWord {
  readonly word: string | undefined;
  readonly maybeValue: boolean;
}

/** Loads the verb and declares it with its options, and so its own verbs when it has some. */
async function select(
  root: Command,
  entry: CatalogueEntry | undefined,
  { word: verb, maybeValue }: SecondWord,
  selection: Selection,
  surroundings: Surroundings,
): Promise<void> {
  const [{ addGlobalOptions, addOptions, givenTo }, { runCommand }] = await Promise.all([
    import("./command-options.ts"),
    import("./run-command.ts"),
  ]);
  addGlobalOptions(root);
  const declare = (command: Command, definition: CommandDefinition, known: KnownWords): KnownWords => {
    describe(command, definition);
    addOptions(command, definition);
    command.action(async () => {
      selection.exitCode = await runCommand(definition, givenTo(command, definition), surroundings);
    });
    return { command: `${known.command} ${definition.name}`, verbs: [], flags: flagsOf(root, command) };
  };
  const known: KnownWords = { ...selection.known, flags: flagsOf(root) };
  selection.known = known;
  const command = root.commands.find((candidate) => candidate.name() === entry?.name);
  if (entry === undefined || command === undefined) return;
  const loaded = await entry.load();
  if (!isGroup(loaded)) {
    selection.known = declare(command, loaded, known);
    return;
  }
  if (loaded.own === undefined) describe(command, loaded);
  else selection.known = declare(command, loaded.own, known);
  const verbs = loaded.commands.map(({ name }) => name);
  const group: KnownWords = { command: `conche ${loaded.name}`, verbs, flags: flagsOf(root) };
  const isOwn = loaded.own !== undefined && (verb === undefined || (maybeValue && !verbs.includes(verb)));
  if (verb !== undefined && !verbs.includes(verb) && !isOwn) throw unknownVerb(verb, group);
  if (!isOwn) selection.known = group;
  for (const definition of loaded.commands) {
    const words = declare(command.command(definition.name).summary(definition.summary), definition, group);
    if (definition.name === verb) selection.known = words;
  }
}

function flagsOf(...commands: readonly Command[]): string[] {
  return ["--help", ...commands.flatMap(({ options }) => options.map((option) => option.long ?? ""))];
}

function describe(command: Command, { description, examples }: CommandDefinition | CommandGroup): void {
  addExamples(command.description(unwrapped(description)), examples);
}

/** Descriptions are wrapped for the sources; the help wraps them for its reader. Indented lines stay as they are. */
function unwrapped(description: string): string {
  return description.replaceAll(/(?<=\S)\n(?=\S)(?<!^ [^\n]*\n)/gm, " ");
}
