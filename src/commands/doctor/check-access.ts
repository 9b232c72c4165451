import { isLoopback } from "../../access/loopback.ts";
import { PasswordFile } from "../../adapters/credentials/password-file.ts";
import { ERROR_CATALOGUE } from "../../errors/catalogue.ts";
import { asConcheError } from "../report-error.ts";
import { type Check, fail, ok } from "./finding.ts";

/** Who may connect to the embedded broker. */
export const checkAccess: Check = async ({ mqtt, broker }) => {
  if (broker.url !== null) return [];
  if (mqtt.passwords === null) {
    return isLoopback(mqtt.host)
      ? [ok("access", `everybody on this machine, as the broker listens on ${mqtt.host}`)]
      : [
          fail(
            "access",
            `the broker would listen on ${mqtt.host} without passwords`,
            ERROR_CATALOGUE.CONCHE_BIND_UNPROTECTED.hint,
          ),
        ];
  }
  try {
    await PasswordFile.load(mqtt.passwords, () => {});
    return [ok("access", `the users of ${mqtt.passwords}`)];
  } catch (error) {
    const { message, hint } = asConcheError(error);
    return [fail("access", message, hint)];
  }
};
