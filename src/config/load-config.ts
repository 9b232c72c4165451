import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { editedText } from "../access/edited-text.ts";
import { messageOf, systemCodeOf } from "../errors/conche-error.ts";
import {
  type ConfigLayer,
  defaultLayer,
  environmentLayer,
  fileLayer,
  flagLayer,
  type GivenFlags,
} from "./config-layer.ts";
import { type ConfigProblem, configError } from "./config-problem.ts";
import { BROKERS, relationProblems } from "./config-relations.ts";
import type { Config } from "./config-schema.ts";
import type { Environment } from "./environment.ts";
import { SETTINGS } from "./setting-list.ts";

/** The file that is read from the working folder when none is named. */
export const DEFAULT_CONFIG_FILE = "conche.yaml";

/** Secrets that a file of their own may hold. */
const SECRETS_WITH_FILES = [
  ...BROKERS.map(([, prefix]) => `${prefix}password`),
  "authority-passphrase",
  "identity-passphrase",
];

const SECURE_MQTT_PORT = 8883;

const EMPTY_LAYER: ConfigLayer = { values: new Map(), problems: [] };

/** Where a configuration comes from. */
export interface ConfigSources {
  readonly flags: GivenFlags;
  readonly environment: Environment;
  readonly workingFolder: string;
  /** What a command takes for a setting, by name, where nothing else is said. */
  readonly defaults?: Readonly<Record<string, number>> | undefined;
  /** Whether a configuration file is read. */
  readonly withFile: boolean;
}

/** A configuration, or everything that is wrong with it. */
export interface ConfigReading {
  readonly config: Config;
  readonly problems: readonly ConfigProblem[];
}

/**
 * Reads the layers (defaults, those of the command, file, environment, flags; the later one wins) and checks each value in each of them.
 * The configuration of a reading with problems holds what could be used.
 */
export async function readConfig(sources: ConfigSources): Promise<ConfigReading> {
  const { workingFolder } = sources;
  const defaults = defaultLayer(workingFolder);
  const environment = environmentLayer(sources.environment, workingFolder);
  const flags = flagLayer(sources.flags, workingFolder);
  const named = flags.values.get("config") ?? environment.values.get("config");
  const path = typeof named === "string" ? named : undefined;
  const file = sources.withFile ? await readConfigFile(path, workingFolder) : EMPTY_LAYER;

  const own = { values: new Map(Object.entries(sources.defaults ?? {})), problems: [] };
  const layers = [defaults, own, file, environment, flags];
  const values = new Map(layers.flatMap((layer) => [...layer.values]));
  const problems = layers.flatMap((layer) => [...layer.problems]);
  for (const secret of SECRETS_WITH_FILES) problems.push(...(await readSecretFile(values, secret)));
  problems.push(...relationProblems(values));
  // IANA's port of MQTT over TLS, where nobody has named another.
  const encrypted = values.get("secure") === true || values.get("mqtt-cert") !== null;
  const chosen = [file, environment, flags].some((layer) => layer.values.has("mqtt-port"));
  if (encrypted && !chosen) values.set("mqtt-port", SECURE_MQTT_PORT);
  return { config: assemble(values), problems };
}

/**
 * The configuration of this run, deep-frozen.
 * @throws ConcheError CONCHE_CONFIG_INVALID naming every value that can't be used, and where it came from
 */
export async function loadConfig(sources: ConfigSources): Promise<Config> {
  const { config, problems } = await readConfig(sources);
  if (problems.length > 0) throw configError(problems);
  return config;
}

async function readConfigFile(named: string | undefined, workingFolder: string): Promise<ConfigLayer> {
  const file = named ?? resolve(workingFolder, DEFAULT_CONFIG_FILE);
  try {
    return fileLayer(editedText(await readFile(file)), file);
  } catch (error) {
    if (named === undefined && systemCodeOf(error) === "ENOENT") return EMPTY_LAYER;
    const what = `the configuration file can't be read: ${messageOf(error)}`;
    return { values: new Map(), problems: [{ where: file, value: null, what }] };
  }
}

/** Puts what the first line of `<secret>-file` says in the place of a secret that isn't given otherwise. */
async function readSecretFile(values: Map<string, unknown>, secret: string): Promise<ConfigProblem[]> {
  const file = values.get(`${secret}-file`);
  if (typeof file !== "string" || values.get(secret) !== null) return [];
  const what = secret.replace(/^.*-/, "");
  try {
    const [line = ""] = editedText(await readFile(file)).split(/\r?\n/, 1);
    if (line === "")
      return [{ where: file, value: null, what: `the first line must be the ${what}, it is empty` }];
    values.set(secret, line);
    return [];
  } catch (error) {
    return [{ where: file, value: null, what: `the ${what} file can't be read: ${messageOf(error)}` }];
  }
}

function assemble(values: ReadonlyMap<string, unknown>): Config {
  const config: Record<string, unknown> = {};
  for (const setting of SETTINGS) {
    const [slice, key] = setting.place;
    const value = deepFreeze(values.get(setting.name));
    if (key === undefined) config[slice] = value;
    else config[slice] = { ...(config[slice] as object | undefined), [key]: value };
  }
  // Each value was checked against the schema that Config is the type of.
  return deepFreeze(config) as Config;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
