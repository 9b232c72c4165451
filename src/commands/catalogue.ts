import type { CommandDefinition, CommandGroup } from "./command.ts";

/** A verb as the list of commands shows it; its file is only loaded when it is called. */
export interface CatalogueEntry {
  readonly name: string;
  readonly summary: string;
  readonly group: "Run" | "Look" | "Care";
  readonly load: () => Promise<CommandDefinition | CommandGroup>;
}

/**
 * Every verb, in the order of the help. The summary stands here as well as in the command's own file, so that
 * `conche --help` loads nothing; a test holds the two together.
 */
export const COMMANDS: readonly CatalogueEntry[] = [];
