import { hash } from "node:crypto";
import { mosquittoBridgeConfig } from "../adapters/mosquitto/bridge-config.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { defineCommand } from "./command.ts";
import { matching, wholeNumber } from "./option-values.ts";

const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const SITES = /^[a-z0-9][a-z0-9_-]{0,62}(,[a-z0-9][a-z0-9_-]{0,62})*$/;
const USUAL_QUEUE_BYTES = 1_073_741_824;

const OPTIONS = {
  connection: {
    argument: "NAME",
    help: "name of the bridge at both brokers, another one for each (default: made of --sites)",
    parse: matching(NAME, "1 to 63 characters of a-z, 0-9, _ and -"),
  },
  sites: {
    argument: "SITE,…",
    help: "sites whose receipts and commands come down (default: all)",
    parse: (text: string) => matching(SITES, "names of sites, with commas between")(text).split(","),
  },
  queueLimit: {
    argument: "BYTES",
    help: `room for messages while the link is down (default: ${USUAL_QUEUE_BYTES})`,
    parse: wholeNumber(1_048_576, 1_099_511_627_776),
  },
} as const;

/** `conche bridge-config` */
export const bridgeConfig = defineCommand({
  name: "bridge-config",
  summary: "mosquitto.conf for Mosquitto's own bridge, with the settings that lose the least",
  description:
    "Prints the lines with which Mosquitto 2 forwards factory/# to --cloud by itself and brings datacenter/# down. It can't\n" +
    "promise what `conche bridge` does: docs/bridge.md says what is lost, and when.",
  examples: [
    [
      "conche bridge-config --cloud mqtt://broker.example --connection plant-1 > bridge.conf",
      "for include_dir of mosquitto.conf",
    ],
    [
      "conche bridge-config --cloud mqtts://broker.example --cloud-ca /etc/mosquitto/ca.pem --sites tunis-01",
      "with TLS, for one of several sites",
    ],
  ],
  settings: ["cloud"],
  options: OPTIONS,
  async run({ options, config, terminal }) {
    const { cloud } = config;
    if (cloud.url === null) {
      throw new ConcheError("CONCHE_USAGE", {
        message: "conche bridge-config needs --cloud URL, the broker to forward to",
        hint: "conche bridge-config --help shows examples",
      });
    }
    const text = mosquittoBridgeConfig({
      url: cloud.url,
      name: options.connection ?? nameFor(options.sites),
      sites: options.sites ?? [],
      username: cloud.username,
      ca: cloud.ca,
      cert: cloud.cert,
      key: cloud.key,
      keepaliveS: cloud.keepaliveSeconds,
      inFlight: cloud.window,
      queueBytes: options.queueLimit ?? USUAL_QUEUE_BYTES,
    });
    terminal.out.write(text);
    return 0;
  },
});

const LONGEST_NAME = 63;

/**
 * Two bridges of one name throw each other out at the broker above, for ever: a name that is made of the sites differs
 * where they do, and stays the same when the configuration is written again.
 * @throws ConcheError CONCHE_USAGE where there is nothing to make it of
 */
function nameFor(sites: readonly string[] = []): string {
  if (sites.length === 0) {
    throw new ConcheError("CONCHE_USAGE", {
      message:
        "conche bridge-config needs --sites or --connection: two bridges of one name throw each other out above",
      hint: "name the sites behind this broker (--sites tunis-01), or the bridge, differently for each (--connection plant-1)",
    });
  }
  const name = `mosquitto-${sites.join("-")}`;
  if (sites.length === 1 && name.length <= LONGEST_NAME) return name;
  // `a,b` and `a-b` are different sites, and so are two long lists that begin alike.
  const digest = hash("sha256", sites.join(",")).slice(0, 8);
  return `${name.slice(0, LONGEST_NAME - 9)}-${digest}`;
}
