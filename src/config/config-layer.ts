import { dirname } from "node:path";
import { Value } from "typebox/value";
import { readYaml } from "../adapters/yaml/read-yaml.ts";
import { messageOf } from "../errors/conche-error.ts";
import { suggestion } from "../errors/nearest-name.ts";
import { parseBrokerUrl } from "../mqtt/broker-address.ts";
import { type ConfigProblem, shownValue } from "./config-problem.ts";
import { type Environment, isLinkValue, isServiceLink } from "./environment.ts";
import { PACKAGE_ROOT } from "./package-root.ts";
import { readText, readTyped } from "./read-value.ts";
import { SETTINGS, type Setting } from "./setting-list.ts";

/** What one source says: settings by name, and what is wrong with it. */
export interface ConfigLayer {
  readonly values: ReadonlyMap<string, unknown>;
  readonly problems: readonly ConfigProblem[];
}

/** The flags of the command line as given: settings by name; a switch is true. */
export type GivenFlags = ReadonlyMap<string, string | boolean>;

const BY_NAME = new Map(SETTINGS.map((setting) => [setting.name, setting]));
const BY_ENV = new Map(SETTINGS.map((setting) => [setting.env, setting]));

class LayerReading {
  readonly values = new Map<string, unknown>();
  readonly problems: ConfigProblem[] = [];

  take(setting: Setting, value: unknown, given: unknown, where: string, remark = ""): void {
    const fault = Value.Check(setting.schema, value) ? addressFault(setting, value) : remark;
    if (fault === undefined) this.values.set(setting.name, value);
    else
      this.problems.push({
        where,
        value: shownValue(given, setting),
        what: `must be ${setting.expected}${fault}`,
      });
  }
}

/** What is wrong with an address that has a scheme, in words that follow what it must be; undefined for nothing. */
function addressFault({ kind }: Setting, value: unknown): string | undefined {
  if (kind !== "address" || typeof value !== "string") return undefined;
  try {
    parseBrokerUrl(value, { webSocket: true });
    return undefined;
  } catch (error) {
    return `: ${messageOf(error)}`;
  }
}

/** What holds where nobody says anything. */
export function defaultLayer(workingFolder: string): ConfigLayer {
  const values = new Map<string, unknown>();
  for (const setting of SETTINGS) {
    const value = setting.byDefault;
    const folder = setting.packaged ? PACKAGE_ROOT : workingFolder;
    values.set(setting.name, typeof value === "string" ? readText(setting, value, folder) : value);
  }
  return { values, problems: [] };
}

/** The command line's flags. */
export function flagLayer(flags: GivenFlags, workingFolder: string): ConfigLayer {
  const reading = new LayerReading();
  for (const [name, given] of flags) {
    const setting = BY_NAME.get(name);
    if (setting === undefined) continue;
    const value = typeof given === "string" ? readText(setting, given, workingFolder) : given;
    reading.take(setting, value, given, `--${name}`);
  }
  return reading;
}

const KUBERNETES_REMARK =
  "; this looks like a Kubernetes service link: set enableServiceLinks: false in the pod, or rename the service";

/** The environment twins. An empty variable counts as not set: that is how compose files leave one out. */
export function environmentLayer(environment: Environment, workingFolder: string): ConfigLayer {
  const reading = new LayerReading();
  for (const [name, given] of Object.entries(environment)) {
    if (given === undefined || given === "") continue;
    const setting = BY_ENV.get(name);
    if (setting !== undefined) {
      const value = readText(setting, given, workingFolder);
      reading.take(setting, value, given, name, isLinkValue(given) ? KUBERNETES_REMARK : "");
    } else if (!isServiceLink(name, given)) {
      const what = `unknown environment variable${suggestion(name, [...BY_ENV.keys()])}`;
      reading.problems.push({ where: name, value: null, what });
    }
  }
  return reading;
}

/** The configuration file's text: a YAML mapping of setting names. Its relative paths start from its own folder. */
export function fileLayer(text: string, file: string): ConfigLayer {
  const reading = new LayerReading();
  const { value: document, findings, lineOf, writtenAs } = readYaml(text);
  for (const { line, column, message } of findings) {
    reading.problems.push({ where: `${file}:${line}:${column}`, value: null, what: withoutQuoted(message) });
  }
  if (findings.length > 0 || document === null || document === undefined) return reading;
  if (typeof document !== "object" || Array.isArray(document)) {
    reading.problems.push({
      where: file,
      value: null,
      what: "must be a mapping of settings, as `mqtt-port: 1883`",
    });
    return reading;
  }
  for (const [name, given] of Object.entries(document)) {
    const where = `${name} (${file}:${lineOf([name])})`;
    const setting = BY_NAME.get(name);
    if (setting === undefined || setting.notInFile) {
      const known = SETTINGS.filter((candidate) => !candidate.notInFile).map((candidate) => candidate.name);
      const what = setting ? "can't be set in the file itself" : `unknown setting${suggestion(name, known)}`;
      reading.problems.push({ where, value: null, what });
    } else if (given !== null) {
      // A key without a value counts as not set, as an empty environment variable does.
      reading.take(setting, readTyped(setting, given, dirname(file), writtenAs([name])), given, where);
    }
  }
  return reading;
}

/** What the YAML library says, without what it repeats of the file: that may be a part of a password. */
function withoutQuoted(message: string): string {
  return message.replace(/^(Unresolved (?:alias|tag)[^:]*:).*$/s, "$1 …");
}
