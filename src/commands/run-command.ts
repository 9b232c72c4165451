import { type Terminal, withoutColour } from "../adapters/terminal/terminal.ts";
import { type ConfigProblem, configError, problemLine, shownValue } from "../config/config-problem.ts";
import type { Config } from "../config/config-schema.ts";
import type { Environment } from "../config/environment.ts";
import { type ConfigSources, readConfig } from "../config/load-config.ts";
import { ConcheError, messageOf } from "../errors/conche-error.ts";
import type { CommandDefinition } from "./command.ts";
import { flagName } from "./option-values.ts";
import { stopSignal } from "./stop-signal.ts";

/** How the edge presents what happens; known for certain only once the configuration has been read. */
export interface Presentation {
  json: boolean;
  debug: boolean;
  /** Whether the run goes on when its output can't be written. */
  outlivesOutput: boolean;
}

/** What a command has from its process: environment, folder, terminal, and how errors look. */
export interface Surroundings {
  readonly environment: Environment;
  readonly workingFolder: string;
  readonly terminal: Terminal;
  readonly presentation: Presentation;
}

/** What the command line gave, as text. */
export interface Given {
  /** Settings by name. */
  readonly flags: ReadonlyMap<string, string | boolean>;
  /** The command's own options by key. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly arguments: Readonly<Record<string, string>>;
}

/**
 * Reads configuration and options, then runs the command.
 * @throws ConcheError CONCHE_CONFIG_INVALID or CONCHE_USAGE with everything that doesn't fit
 */
export async function runCommand(definition: CommandDefinition, given: Given, surroundings: Surroundings) {
  const sources: ConfigSources = {
    flags: given.flags,
    workingFolder: surroundings.workingFolder,
    // A command without settings must not fail over a file or a variable that it has no use for.
    environment: definition.settings === undefined ? {} : surroundings.environment,
    defaults: definition.defaults,
    withFile: definition.settings !== undefined,
  };
  const { config, problems } = await readConfig(sources);
  surroundings.presentation.json = config.json;
  surroundings.presentation.debug = config.debug;
  surroundings.presentation.outlivesOutput = definition.outlivesOutput === true;
  const { values, problems: ownProblems } = await readOptions(definition, given, config);
  if (problems.length > 0) throw configError([...problems, ...ownProblems]);
  if (ownProblems.length > 0) {
    const [message = "", ...lines] = ownProblems.map(problemLine);
    throw new ConcheError("CONCHE_USAGE", { message, lines });
  }
  const terminal = config.json ? withoutColour(surroundings.terminal) : surroundings.terminal;
  const exitCode = await definition.run({
    arguments: given.arguments,
    options: values,
    config,
    terminal,
    stopSignal: () => stopSignal(definition.outlivesOutput === true),
  });
  return exitCode ?? 0;
}

async function readOptions(definition: CommandDefinition, given: Given, config: Config) {
  const { options, arguments: words } = given;
  const problems: ConfigProblem[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(words)) {
    // No argument is an address, and one at a wrong place may hold a password.
    if (text.includes("://"))
      problems.push({ where: `<${name}>`, value: shownValue(text), what: "must not be an address" });
  }
  for (const [key, { argument, parse }] of Object.entries(definition.options ?? {})) {
    const text = options[key];
    if (argument === undefined) values[key] = text === true;
    else if (typeof text !== "string") values[key] = undefined;
    else {
      try {
        values[key] = parse === undefined ? text : await parse(text, config, options);
      } catch (error) {
        problems.push({
          where: `--${flagName(key)}`,
          value: shownValue(text),
          what: messageOf(error),
        });
      }
    }
  }
  return { values, problems };
}
