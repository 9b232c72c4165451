import { DEFAULT_CONFIG_FILE } from "./load-config.ts";
import { defaultText, SETTINGS, type Setting } from "./setting-list.ts";

const HEAD = `# Configuration

Every option can be given in three places. Where it stands in several, the later one of this list wins:

1. the configuration file: \`--config FILE\`, or \`${DEFAULT_CONFIG_FILE}\` in the working folder when there is one;
   a YAML mapping with the names below as keys; relative paths in it start from its own folder
2. the environment
3. the command line

A name is all there is to know: \`mqtt-port\` is \`mqtt-port: 1883\` in the file, \`CONCHE_MQTT_PORT=1883\` in the
environment, \`--mqtt-port 1883\` on the command line. An empty variable and a key without a value count as not set.

All values are checked before anything starts, in every place where they stand, and everything that is wrong is
reported at once, with where it stands (\`CONCHE_CONFIG_INVALID\`). A name that doesn't exist is an error too, with the
nearest one that does: a typing error must not leave a default in force. Which options a command takes, its \`--help\`
shows; the file and the environment may hold the options of all of them.
`;

const TAIL = `
## A file

\`\`\`yaml
# ${DEFAULT_CONFIG_FILE}
data: /var/lib/conche
mqtt-host: 0.0.0.0
mqtt-passwords: passwords
mqtt-ws-port: 9001
mqtt-allowed-origins: [https://line-a.example]
http-port: 8080
\`\`\`

Secrets have no option on the command line, because every user of the machine can read command lines. Prefer
\`password-file\`; no report shows a secret.
`;

/** docs/configuration.md, generated from the schema. */
export function configurationPage(): string {
  const groups = Map.groupBy(SETTINGS, (setting) => setting.group);
  const tables = [...groups].map(([group, settings]) => `\n## ${group}\n\n${settingTable(settings)}`);
  return `${HEAD}${tables.join("")}${TAIL}`;
}

function settingTable(settings: readonly Setting[]): string {
  const rows = settings.map((setting) => {
    const flag =
      setting.flag === null ? "-" : `\`${setting.flag}${setting.argument ? ` ${setting.argument}` : ""}\``;
    const name = setting.notInFile ? "-" : `\`${setting.name}\``;
    const byDefault = defaultText(setting) ?? (setting.kind === "boolean" ? "off" : "none");
    return [name, flag, `\`${setting.env}\``, setting.help, setting.expected, byDefault];
  });
  const head = ["Name", "Option", "Environment", "What it sets", "Must be", "Default"];
  const lines = [head, head.map(() => "---"), ...rows];
  return `${lines.map((cells) => `| ${cells.map(escaped).join(" | ")} |`).join("\n")}\n`;
}

function escaped(cell: string): string {
  return cell.replaceAll("|", "\\|");
}
