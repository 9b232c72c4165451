/** `dryRun` as `dry-run`: an option's key as its flag. */
export function flagName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `dry-run` as `dryRun`: how the command-line library keys an option. */
export function optionKey(flag: string): string {
  return flag.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
