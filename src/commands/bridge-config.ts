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
    help: "name of the bridge at both brokers, another one for each (default: mosquitto- and the sites)",
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
    ["conche bridge-config --cloud mqtt://broker.example > bridge.conf", "for include_dir of mosquitto.conf"],
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

/** Two bridges of one name throw each other out at the broker above: a name of the sites differs where they do. */
function nameFor(sites: readonly string[] = []): string {
  return `mosquitto-${sites.length === 0 ? "bridge" : sites.join("-")}`.slice(0, 63);
}
