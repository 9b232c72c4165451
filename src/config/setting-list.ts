import type { TSchema } from "typebox";
import { ConfigSchema, type ConfigSlice } from "./config-schema.ts";
import { SETTING_KEY, type SettingDetails } from "./setting.ts";

/** One leaf of the configuration with everything that follows from its place and its name. */
export interface Setting extends SettingDetails {
  readonly slice: ConfigSlice;
  /** The place in the configuration: `["mqtt", "port"]`. */
  readonly place: readonly [ConfigSlice] | readonly [ConfigSlice, string];
  /** The title of the slice in help texts and docs. */
  readonly group: string;
  /** `--mqtt-port`, or null for a secret. */
  readonly flag: string | null;
  /** `CONCHE_MQTT_PORT`. */
  readonly env: string;
  readonly schema: TSchema;
  readonly byDefault: unknown;
}

const GENERAL_GROUP = "General";

function property(of: unknown, key: string): unknown {
  return typeof of === "object" && of !== null ? Reflect.get(of, key) : undefined;
}

function settingOf(schema: TSchema, place: Setting["place"], group: string): Setting {
  const details = property(schema, SETTING_KEY) as SettingDetails;
  return {
    ...details,
    slice: place[0],
    place,
    group,
    flag: details.secret ? null : `--${details.name}`,
    env: environmentTwin(details.name),
    schema,
    byDefault: property(schema, "default"),
  };
}

/** The environment variable of a setting's name. */
export function environmentTwin(name: string): string {
  return `CONCHE_${name.toUpperCase().replaceAll("-", "_")}`;
}

function listSettings(): Setting[] {
  const found: Setting[] = [];
  for (const [slice, schema] of Object.entries(ConfigSchema.properties) as [ConfigSlice, TSchema][]) {
    const leaves = property(schema, "properties") as Record<string, TSchema> | undefined;
    if (leaves === undefined) {
      found.push(settingOf(schema, [slice], GENERAL_GROUP));
      continue;
    }
    const group = String(property(schema, "title"));
    for (const [key, leaf] of Object.entries(leaves)) found.push(settingOf(leaf, [slice, key], group));
  }
  return found;
}

/** Every setting, in the order of the schema. */
export const SETTINGS: readonly Setting[] = listSettings();

/** The settings of some slices, in the order of the schema. */
export function settingsOf(slices: readonly ConfigSlice[]): Setting[] {
  const wanted = new Set(slices);
  return SETTINGS.filter((setting) => wanted.has(setting.slice));
}

/** The default as people read it. */
export function defaultText(setting: Setting): string | null {
  if (setting.defaultText !== undefined) return setting.defaultText;
  const value = setting.byDefault;
  if (value === null || value === false || (Array.isArray(value) && value.length === 0)) return null;
  return setting.kind === "path" ? `./${value}` : String(value);
}
