import { Command } from "commander";
import type { Terminal } from "../adapters/terminal/terminal.ts";
import { packageVersion } from "../config/package-root.ts";
import type { CatalogueEntry, Example } from "./command.ts";

const DESCRIPTION =
  "Carries a chocolate factory's data from its machines to a durable, queryable log, acknowledged only when it is on disk.";
const EXAMPLES: readonly Example[] = [
  ["conche up", "broker, data center and a simulated line in one"],
  ["conche log tail --follow", "what is being stored"],
  ["conche verify", "whether every message is accounted for"],
];
/** Lines of help that nobody's terminal bounds are wrapped here. */
const HELP_WIDTH = 110;

/** `conche` itself, with every verb in its list and none of them loaded. */
export function rootCommand(terminal: Terminal, verbs: readonly CatalogueEntry[]): Command {
  const root = new Command("conche")
    .description(DESCRIPTION)
    .version(`conche ${packageVersion()} (Node ${process.versions.node})`, "--version", "show the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      // What goes wrong is thrown, and printed once, by main.ts.
      writeErr: () => {},
      outputError: () => {},
      getOutHelpWidth: () => terminal.columns ?? HELP_WIDTH,
      getOutHasColors: () => terminal.colour,
    })
    .showSuggestionAfterError(false)
    .exitOverride();
  for (const { name, summary, group } of verbs) root.command(name).summary(summary).helpGroup(`${group}:`);
  addExamples(root, EXAMPLES);
  return root.addHelpText(
    "after",
    "\nEvery command has a --help of its own, and takes --json, --debug and --config FILE.",
  );
}

/** Puts examples at the end of a command's help. */
export function addExamples(command: Command, examples: readonly Example[]): void {
  const width = Math.max(...examples.map(([line]) => line.length));
  const beside = examples.map(([line, remark]) => `  ${line.padEnd(width)}  ${remark}`);
  const lines = beside.every((line) => line.length <= HELP_WIDTH)
    ? beside
    : examples.flatMap(([line, remark]) => [`  ${line}`, `      ${remark}`]);
  command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}
