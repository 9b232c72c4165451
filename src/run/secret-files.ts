import { readableByOthers } from "../adapters/host/readable-by-others.ts";
import type { Notice } from "../adapters/terminal/notices.ts";
import type { Config } from "../config/config-schema.ts";
import { SETTINGS } from "../config/setting-list.ts";

/** A file that holds a secret and that everybody on this machine may read. */
export interface OpenSecret {
  /** The setting that names it. */
  readonly setting: string;
  readonly path: string;
}

/** What is to be done about it. */
export const OPEN_SECRET_HINT = "chmod 600 FILE: whoever reads it can speak as us, or for every user in it";

/** Settings that name a file with passwords, a private key or another secret. */
const SECRET_FILES = SETTINGS.filter(
  ({ name, kind }) => kind === "path" && /(^|-)(key|passwords|password-file|secret-file)$/.test(name),
);

/** The files with secrets that the settings name and that everybody on this machine may read. */
export async function openSecrets(config: Config): Promise<readonly OpenSecret[]> {
  const open: OpenSecret[] = [];
  for (const { name, place } of SECRET_FILES) {
    const [slice, key] = place;
    const part: unknown = config[slice];
    const path: unknown = key === undefined ? part : Reflect.get(Object(part), key);
    if (typeof path === "string" && (await readableByOthers(path))) open.push({ setting: name, path });
  }
  return open;
}

/**
 * Warns of files with secrets, and of a folder, that everybody on this machine may read. Nothing is changed: whoever
 * opened them may have had a reason.
 */
export async function warnOfOpenFiles(
  config: Config,
  folder: string,
  notice: (notice: Notice) => void,
): Promise<void> {
  for (const { setting, path } of await openSecrets(config)) {
    const text = `every user of this machine can read ${path} (${setting})`;
    notice({ level: "warning", code: "secret-readable", text, hint: OPEN_SECRET_HINT });
  }
  if (!(await readableByOthers(folder))) return;
  const text = `every user of this machine can look into ${folder}, where messages are kept`;
  notice({ level: "warning", code: "folder-readable", text, hint: "chmod 700 the folder" });
}
