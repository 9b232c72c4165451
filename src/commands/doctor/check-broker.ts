import { probeBroker } from "../../adapters/mqtt-packet/probe-broker.ts";
import { consumerOptions } from "../../run/broker/consumer-options.ts";
import { asConcheError } from "../report-error.ts";
import { type Check, fail, ok, warn } from "./finding.ts";

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
