import type { Terminal } from "../adapters/terminal/terminal.ts";
import type { Config, ConfigSlice } from "../config/config-schema.ts";

/** An argument without a flag, by its position. */
export interface ArgumentDefinition {
  readonly name: string;
  readonly help: string;
  readonly optional?: true;
  /** As many as are given, the last of a command's arguments: they come joined by commas. */
  readonly several?: true;
}

/** An option of one command only. What other commands share, or what has an environment twin, is a setting. */
export interface OptionDefinition<Value = unknown> {
  /** What stands for the value in help texts (`SITE`). Without it the option is a switch. */
  readonly argument?: string;
  /** One line, with the unit. */
  readonly help: string;
  /**
   * The value from its text, and from what else was given, by key; throws an Error whose message says what the value must
   * be.
   */
  readonly parse?: (text: string, config: Config, given: GivenOptions) => Value | Promise<Value>;
}

/** The texts that a command's own options were given, by key. */
export type GivenOptions = Readonly<Record<string, unknown>>;

type OptionDefinitions = Readonly<Record<string, OptionDefinition>>;

type OptionValue<Definition extends OptionDefinition> = OptionDefinition extends Definition
  ? unknown
  : Definition extends { argument: string }
    ? Definition extends { parse: (text: string, config: Config, given: GivenOptions) => infer Value }
      ? Awaited<Value> | undefined
      : string | undefined
    : boolean;

/** The values of a command's options by key: undefined where one isn't given, false for a switch. */
type OptionValues<Options extends OptionDefinitions> = {
  readonly [Name in keyof Options]: OptionValue<Options[Name]>;
};

/** What a command is run with. */
export interface Invocation<Options extends OptionDefinitions = OptionDefinitions> {
  /** By the name of their definition. */
  readonly arguments: Readonly<Record<string, string>>;
  readonly options: OptionValues<Options>;
  readonly config: Config;
  readonly terminal: Terminal;
  /**
   * Aborted by the first SIGINT, SIGTERM or SIGHUP, or when the reader of the output goes away
   * and the command does not outlive that. Asking for it
   * takes the signals over: the command then has to end by itself. A second signal ends the process at once.
   */
  readonly stopSignal: () => AbortSignal;
}

/**
 * One verb. A file of this folder defines it with {@link defineCommand}, and ./catalogue.ts lists it:
 *
 *     export const datacenter = defineCommand({
 *       name: "datacenter",
 *       summary: "broker and data center, without the simulated line",
 *       description: "Receives, checks and stores what machines publish; acknowledges what is on disk.",
 *       examples: [["conche datacenter --broker mqtts://broker:8883", "ingest from another broker"]],
 *       settings: ["data", "mqtt", "http", "plant", "broker", "forSeconds", "quiet"],
 *       async run({ config, terminal, stopSignal }) {
 *         const stop = stopSignal();
 *         ...
 *       },
 *     });
 *
 * Options are keyed in camelCase: `dryRun` is the flag `--dry-run`. */
export interface CommandDefinition<Options extends OptionDefinitions = OptionDefinitions> {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What it does, for its own help. */
  readonly description: string;
  /** Command lines with a word on each; shown in the help, and run by tests where they can be. */
  readonly examples: readonly Example[];
  readonly arguments?: readonly ArgumentDefinition[];
  /** The slices of the configuration whose flags it takes. Without them neither file nor environment is read. */
  readonly settings?: readonly ConfigSlice[];
  /** Of a slice only these settings have a flag, by name; the others say nothing to this command. */
  readonly only?: Readonly<Partial<Record<ConfigSlice, readonly string[]>>>;
  /** Its own defaults of settings, by name: several roles on one machine must not want the same port. */
  readonly defaults?: Readonly<Record<string, number>>;
  readonly options?: Options;
  /** It serves others, and goes on when its output can't be written: a full disk, or a reader that went away. */
  readonly outlivesOutput?: true;
  /** Resolves with the exit code, or nothing for 0. Errors are thrown: main.ts prints them. */
  readonly run: (invocation: Invocation<Options>) => Promise<number | undefined>;
}

/** A verb with verbs of its own: `conche log tail`. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly examples: readonly Example[];
  readonly commands: readonly CommandDefinition[];
  /** What it does when it is called without one of them. */
  readonly own?: CommandDefinition;
}

/** `[command line, what it does]` */
export type Example = readonly [line: string, remark: string];

/**
 * Lets TypeScript find the types of a command's options, and forgets them for the frame. Options whose `parse` is
 * made by a generic function have to be a constant of their own: within the call their types would not be found.
 */
export function defineCommand<const Options extends OptionDefinitions = Record<never, never>>(
  definition: CommandDefinition<Options>,
): CommandDefinition {
  // Safe: the frame fills `options` from the same definitions the types were taken from.
  return definition as unknown as CommandDefinition;
}

/** Whether a verb has verbs of its own. */
export function isGroup(command: CommandDefinition | CommandGroup): command is CommandGroup {
  return "commands" in command;
}

/** A verb as the list of commands shows it; its file is only loaded when it is called. */
export interface CatalogueEntry {
  readonly name: string;
  readonly summary: string;
  readonly group: "Run" | "Look" | "Care";
  readonly load: () => Promise<CommandDefinition | CommandGroup>;
}
