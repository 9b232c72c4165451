import { homedir } from "node:os";
import { resolve } from "node:path";
import { readMoment } from "../contract/moment.ts";
import { durationMs } from "../time/duration.ts";
import type { SettingKind } from "./setting.ts";
import type { Setting } from "./setting-list.ts";

const INTEGER = /^[+-]?[0-9]{1,16}$/;
const NUMBER = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,3})?$/i;
const SWITCH: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  "1": true,
  false: false,
  no: false,
  off: false,
  "0": false,
};

/**
 * Reads a setting from a flag or the environment. Text that doesn't fit the kind is given back as it is: the
 * schema refuses it then, and the report shows what was given.
 */
export function readText(setting: Setting, given: string, folder: string): unknown {
  const text = given.trim();
  if (setting.offWord !== undefined && text.toLowerCase() === setting.offWord) return null;
  switch (setting.kind) {
    case "integer":
      return INTEGER.test(text) ? Number(text) : given;
    case "number":
      return NUMBER.test(text) ? Number(text) : given;
    case "boolean":
      return SWITCH[text.toLowerCase()] ?? given;
    case "list":
      return text === "" ? [] : text.split(",").map((word) => word.trim());
    case "time":
      return readTime(text) ?? given;
    case "span":
      return durationMs(text) ?? given;
    case "path":
      return placeOf(given, folder) ?? given;
    case "text":
    case "address":
      return given;
  }
}

/** Settings whose values are text, whatever YAML takes it for. */
const TEXT_KINDS: ReadonlySet<SettingKind> = new Set(["text", "address", "path"]);

/**
 * Reads a setting from the configuration file, where numbers, booleans and lists have types of their own.
 * @param written how it is written there, where it stands without quotes in one line: to YAML `0815` is 815
 */
export function readTyped(setting: Setting, given: unknown, folder: string, written?: string): unknown {
  if (typeof given === "string") return readText(setting, given, folder);
  if (TEXT_KINDS.has(setting.kind) && written !== undefined && typeof given !== "object")
    return readText(setting, written, folder);
  // YAML reads `mqtt-ws-port: off` as a boolean in its older dialect.
  if (setting.offWord !== undefined && given === false) return null;
  // A number would pass for a time, which is kept as one.
  if ((setting.kind === "time" || setting.kind === "span") && given !== null) return String(given);
  return given;
}

function readTime(text: string): number | undefined {
  try {
    return readMoment(text);
  } catch {
    return undefined;
  }
}

/** An absolute path for what may be relative or begin with `~`; undefined for what is none, an address for example. */
export function placeOf(given: string, folder: string): string | undefined {
  // It may hold a password, and a name with a NUL character is none to any file system.
  if (given === "" || given.includes("://") || given.includes("\0")) return undefined;
  return resolve(folder, given.replace(/^~(?=[/\\]|$)/, homedir));
}
