import { Command } from "commander";
import { COMMANDS } from "../../src/commands/catalogue.ts";
import { type CommandDefinition, isGroup } from "../../src/commands/command.ts";
import { addGlobalOptions, addOptions } from "../../src/commands/command-options.ts";

/** The options of every command by its words (`log tail`); those of a group are what any of its commands has. */
export async function flagsByCommand(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const flags = new Map<string, Set<string>>([
    ["--help", new Set(["--help"])],
    ["--version", new Set(["--version"])],
  ]);
  for (const entry of COMMANDS) {
    const loaded = await entry.load();
    const commands: readonly CommandDefinition[] = isGroup(loaded) ? loaded.commands : [loaded];
    const all = new Set<string>(["--help"]);
    for (const command of commands) {
      const own = longNamesOf(command);
      for (const name of own) all.add(name);
      if (isGroup(loaded)) flags.set(`${entry.name} ${command.name}`, own);
    }
    flags.set(entry.name, all);
  }
  return flags;
}

function longNamesOf(definition: CommandDefinition): Set<string> {
  const declared = new Command(definition.name);
  addGlobalOptions(declared);
  addOptions(declared, definition);
  return new Set(["--help", ...declared.options.map(({ long }) => long ?? "")]);
}
