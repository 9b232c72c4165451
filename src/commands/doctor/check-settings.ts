import { isLoopback } from "../../access/loopback.ts";
import { PasswordFile } from "../../adapters/credentials/password-file.ts";
import { probeBroker } from "../../adapters/mqtt-packet/probe-broker.ts";
import { counted } from "../../adapters/terminal/counts.ts";
import { loadPlant } from "../../adapters/yaml/load-plant.ts";
import { ERROR_CATALOGUE } from "../../errors/catalogue.ts";
import { consumerOptions } from "../../run/broker/consumer-options.ts";
import { asConcheError } from "../report-error.ts";
import { type Check, fail, ok, warn } from "./finding.ts";

/** The plant file. */
export const checkPlant: Check = async ({ plant: file }) => {
  try {
    const { document, lines, machines } = await loadPlant(file);
    const sites = document.sites.map((site) => site.id).join(", ");
    return [
      ok(
        "plant",
        `${file}: ${sites}; ${counted(lines.length, "line")}, ${counted(machines.length, "machine")}`,
      ),
    ];
  } catch (error) {
    const { message, hint } = asConcheError(error);
    return [fail("plant", message, hint)];
  }
};

/** Another broker, where one is named: whether it takes us, and what it allows. */
export const checkBroker: Check = async (config) => {
  const { url } = config.broker;
  if (url === null) return [];
  try {
    const { display, limits, answerMs } = await probeBroker(await consumerOptions(url, config));
    const text = `${display} takes us, after ${answerMs.toFixed(0)} ms`;
    if (limits.maximumQos < 1) {
      return [
        warn(
          "broker",
          `${text}, but only with QoS 0`,
          "allow QoS 1 on the broker: without it messages are lost",
        ),
      ];
    }
    return [ok("broker", text)];
  } catch (error) {
    const { message, hint } = asConcheError(error);
    return [fail("broker", message, hint)];
  }
};

/** Who may connect to the embedded broker. */
export const checkAccess: Check = async ({ mqtt, broker }) => {
  if (broker.url !== null) return [];
  if (mqtt.clientCa !== null) return [ok("access", `clients with a certificate of ${mqtt.clientCa}`)];
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
