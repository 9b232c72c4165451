import { Type } from "typebox";

const LEVEL = "[a-z0-9][a-z0-9_-]{0,62}";

/** Another machine than the one whose topic the message is on: `<site>/<line>/<step>/<machine>`. */
export function machineKey(description: string) {
  return Type.String({
    pattern: `^${LEVEL}/${LEVEL}/s[0-9]_[a-z0-9_]{1,60}/${LEVEL}$`,
    description: `${description}, as <site>/<line>/<step>/<machine>`,
  });
}
