import { Command, CommanderError, Option } from "commander";
import { GLOBAL_SLICES } from "../config/config-schema.ts";
import { packageVersion } from "../config/package-root.ts";
import { defaultText, type Setting, settingsOf } from "../config/setting-list.ts";
import { COMMANDS } from "./catalogue.ts";
import { type CommandDefinition, type CommandGroup, type Example, isGroup } from "./command.ts";
import { flagName, optionKey } from "./option-name.ts";
import { type Given, runCommand, type Surroundings } from "./run-command.ts";
import { type KnownWords, unknownVerb, usageError } from "./usage-error.ts";

const DESCRIPTION =
  "Carries a chocolate factory's data from its machines to a durable, queryable log, acknowledged only when it is on disk.";
const EXAMPLES: readonly Example[] = [
  ["conche up", "broker, data center and a simulated line in one"],
  ["conche log tail", "what was stored last"],
  ["conche verify", "whether every message is accounted for"],
];

/**
 * Runs the command that the words ask for; only that command's file is loaded.
 * @returns the exit code
 * @throws ConcheError CONCHE_USAGE for words that don't fit, and whatever the command throws
 */
export async function runProgram(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const [first, second] = verbsAmong(words);
  const verb = first === "help" ? second : first;
  const known: KnownWords = {
    command: "conche",
    verbs: COMMANDS.map((entry) => entry.name),
    flags: ["--help", "--version", ...globalSettings().map((setting) => `--${setting.name}`)],
  };
  const entry = COMMANDS.find((candidate) => candidate.name === verb);
  if (verb !== undefined && entry === undefined) throw unknownVerb(verb, known);

  let exitCode = 0;
  const root = rootCommand(surroundings);
  const run = async (definition: CommandDefinition, given: Given) => {
    exitCode = await runCommand(definition, given, surroundings);
  };
  let here = known;
  for (const listed of COMMANDS) {
    const command = root.command(listed.name).summary(listed.summary).helpGroup(`${listed.group}:`);
    if (listed !== entry) continue;
    const loaded = await listed.load();
    describe(command, loaded);
    if (isGroup(loaded)) here = addGroup(command, loaded, known, first === "help" ? undefined : second, run);
    else here = addCommand(command, loaded, known, run);
  }
  try {
    if (first === undefined && words.length === 0) root.outputHelp();
    else await root.parseAsync(words, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usageError(error, here);
  }
  return exitCode;
}

/** The words that are neither options nor, as far as can be known before parsing, their values. */
function verbsAmong(words: readonly string[]): string[] {
  const end = words.indexOf("--");
  const before = end === -1 ? words : words.slice(0, end);
  return before.filter((word, index) => !word.startsWith("-") && before[index - 1] !== "--config");
}

function globalSettings(): Setting[] {
  return settingsOf(GLOBAL_SLICES);
}

function rootCommand({ terminal }: Surroundings): Command {
  const root = new Command("conche")
    .description(DESCRIPTION)
    .version(`conche ${packageVersion()} (Node ${process.versions.node})`, "--version", "show the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .configureHelp({ showGlobalOptions: true, styleTitle: (title) => title })
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      // What goes wrong is thrown, and printed once, by main.ts.
      writeErr: () => {},
      outputError: () => {},
      getOutHelpWidth: () => terminal.columns ?? 110,
      getOutHasColors: () => terminal.colour,
    })
    .showSuggestionAfterError(false)
    .exitOverride();
  for (const setting of globalSettings()) root.addOption(settingOption(setting));
  addExamples(root, EXAMPLES);
  return root;
}

type Run = (definition: CommandDefinition, given: Given) => Promise<void>;

function addGroup(
  command: Command,
  group: CommandGroup,
  known: KnownWords,
  verb: string | undefined,
  run: Run,
) {
  const verbs = group.commands.map((definition) => definition.name);
  let here: KnownWords = { command: `conche ${group.name}`, verbs, flags: [...known.flags] };
  if (verb !== undefined && !verbs.includes(verb)) throw unknownVerb(verb, here);
  for (const definition of group.commands) {
    const nested = command.command(definition.name).summary(definition.summary);
    describe(nested, definition);
    const words = addCommand(nested, definition, { ...known, command: here.command }, run);
    if (definition.name === verb) here = words;
  }
  return here;
}

function addCommand(
  command: Command,
  definition: CommandDefinition,
  known: KnownWords,
  run: Run,
): KnownWords {
  for (const { name, help, optional } of definition.arguments ?? []) {
    command.argument(optional ? `[${name}]` : `<${name}>`, help);
  }
  for (const [key, { argument, help }] of Object.entries(definition.options ?? {})) {
    command.addOption(
      new Option(`--${flagName(key)}${argument === undefined ? "" : ` <${argument}>`}`, help),
    );
  }
  const settings = settingsOf(definition.settings ?? []).filter((setting) => setting.flag !== null);
  for (const setting of settings) command.addOption(settingOption(setting).helpGroup(`${setting.group}:`));
  command.action(async () => {
    await run(definition, givenTo(command, definition, [...settings, ...globalSettings()]));
  });
  const own = command.options.map((option) => option.long ?? "");
  return { command: `${known.command} ${definition.name}`, verbs: [], flags: [...own, ...known.flags] };
}

function describe(command: Command, { description, examples }: CommandDefinition | CommandGroup): void {
  addExamples(command.description(description), examples);
}

function addExamples(command: Command, examples: readonly Example[]): void {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, remark]) => `  ${line.padEnd(width)}  ${remark}`);
  command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}

function settingOption(setting: Setting): Option {
  const byDefault = defaultText(setting);
  const facts = [...(byDefault === null ? [] : [`default: ${byDefault}`]), `env: ${setting.env}`].join(", ");
  const argument = setting.argument === undefined ? "" : ` <${setting.argument}>`;
  return new Option(`--${setting.name}${argument}`, `${setting.help} (${facts})`);
}

function givenTo(command: Command, definition: CommandDefinition, settings: readonly Setting[]): Given {
  const values = command.optsWithGlobals<Record<string, unknown>>();
  const flags = new Map<string, string | boolean>();
  for (const { name } of settings) {
    const value = values[optionKey(name)];
    if (typeof value === "string" || typeof value === "boolean") flags.set(name, value);
  }
  const texts = Object.keys(definition.options ?? {}).map((key) => [key, values[key]]);
  const names = (definition.arguments ?? []).map((argument) => argument.name);
  const positions = names.map((name, index) => [name, command.args[index] ?? ""]);
  return { flags, options: Object.fromEntries(texts), arguments: Object.fromEntries(positions) };
}
