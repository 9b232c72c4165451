import { createHash, randomBytes } from "node:crypto";
import { existsSync, globSync } from "node:fs";
import { NO_MOSQUITTO } from "./mosquitto.ts";

const PLACES = [
  "/usr/lib/*/mosquitto_dynamic_security.so",
  "/usr/lib/mosquitto_dynamic_security.so",
  "/usr/local/lib/mosquitto_dynamic_security.so",
];

/** The plugin that comes with Mosquitto 2. */
export function dynamicSecurityPlugin(): string {
  const found = PLACES.flatMap((place) => globSync(place)).find((path) => existsSync(path));
  if (found === undefined) throw new Error("mosquitto_dynamic_security.so is not installed");
  return found;
}

/** Why tests of dynamic security are skipped here, or false. */
export const NO_DYNAMIC_SECURITY: string | false =
  NO_MOSQUITTO ||
  (process.env.CI === undefined &&
    PLACES.every((place) => globSync(place).length === 0) &&
    "needs Mosquitto's dynamic security plugin");

/** A user's line of a password file, hashed so that a test with many logins isn't about hashing. */
export function passwordLine(user: string, password: Buffer): string {
  const salt = randomBytes(12);
  const hash = createHash("sha512").update(password).update(salt).digest("base64");
  return `${user}:$6$${salt.toString("base64")}$${hash}\n`;
}
