import { resolve } from "node:path";
import { durationMs } from "../time/duration.ts";
import type { Setting } from "./setting-list.ts";

const INTEGER = /^[+-]?[0-9]{1,16}$/;
const NUMBER = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,3})?$/i;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;
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
      return given === "" ? given : resolve(folder, given);
    case "text":
      return given;
  }
}

/** Reads a setting from the configuration file, where numbers, booleans and lists have types of their own. */
export function readTyped(setting: Setting, given: unknown, folder: string): unknown {
  if (typeof given === "string") return readText(setting, given, folder);
  // YAML reads `protocol: 5` as a number and `mqtt-ws-port: off` as a boolean in its older dialect.
  if (setting.kind === "text" && typeof given === "number") return String(given);
  if (setting.offWord !== undefined && given === false) return null;
  // A number would pass for a time, which is kept as one.
  if ((setting.kind === "time" || setting.kind === "span") && given !== null) return String(given);
  return given;
}

function readTime(text: string): number | undefined {
  const milliseconds = TIME.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
