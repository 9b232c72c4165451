import { type Command, Option } from "commander";
import { GLOBAL_SLICES } from "../config/config-schema.ts";
import { defaultText, type Setting, settingsOf } from "../config/setting-list.ts";
import type { CommandDefinition } from "./command.ts";
import { flagName, optionKey } from "./option-values.ts";
import type { Given } from "./run-command.ts";

/** What a client of a broker needs that receives nothing: how it serves, and how its session is kept, is no choice of it. */
export const PUBLISHING_ONLY = {
  mqtt: ["mqtt-host", "mqtt-port"],
  broker: ["broker", "protocol", "username", "password-file", "ca", "cert", "key", "keepalive"],
  signing: ["trusted-keys"],
} as const satisfies CommandDefinition["only"];

/** Gives the root command the options that every command takes. */
export function addGlobalOptions(root: Command): void {
  for (const setting of settingsOf(GLOBAL_SLICES)) root.addOption(settingOption(setting));
}

/** Gives a command its arguments, its own options, and the flags of its settings. */
export function addOptions(command: Command, definition: CommandDefinition): void {
  for (const { name, help, optional, several } of definition.arguments ?? []) {
    const shown = several ? `${name}...` : name;
    command.argument(optional ? `[${shown}]` : `<${shown}>`, help);
  }
  for (const [key, { argument, help }] of Object.entries(definition.options ?? {})) {
    command.addOption(
      new Option(`--${flagName(key)}${argument === undefined ? "" : ` <${argument}>`}`, help),
    );
  }
  for (const setting of flaggedSettings(definition)) {
    command.addOption(settingOption(setting).helpGroup(`${setting.group}:`));
  }
}

/** What the command line gave, once it is parsed. */
export function givenTo(command: Command, definition: CommandDefinition): Given {
  const values = command.optsWithGlobals<Record<string, unknown>>();
  const flags = new Map<string, string | boolean>();
  for (const { name } of [...flaggedSettings(definition), ...settingsOf(GLOBAL_SLICES)]) {
    const value = values[optionKey(name)];
    if (typeof value === "string" || typeof value === "boolean") flags.set(name, value);
  }
  const options = Object.keys(definition.options ?? {}).map((key) => [key, values[key]]);
  const positions = (definition.arguments ?? []).map(({ name, several }, index) => {
    const words = several ? command.args.slice(index) : command.args.slice(index, index + 1);
    return [name, words.length === 0 ? undefined : words.join(",")];
  });
  return {
    flags,
    options: Object.fromEntries(options),
    arguments: Object.fromEntries(positions.filter(([, value]) => value !== undefined)),
  };
}

function flaggedSettings(definition: CommandDefinition): Setting[] {
  return (definition.settings ?? []).flatMap((slice) =>
    settingsOf([slice]).filter(
      ({ flag, name }) => flag !== null && (definition.only?.[slice]?.includes(name) ?? true),
    ),
  );
}

function settingOption(setting: Setting): Option {
  const byDefault = defaultText(setting);
  const facts = [...(byDefault === null ? [] : [`default: ${byDefault}`]), `env: ${setting.env}`].join(", ");
  const argument = setting.argument === undefined ? "" : ` <${setting.argument}>`;
  return new Option(`--${setting.name}${argument}`, `${setting.help} (${facts})`);
}
