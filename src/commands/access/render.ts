import type { AccessPolicy } from "../../access/access-policy.ts";
import { identityKindOf } from "../../access/certificate-identity.ts";
import { emqxAclConf } from "../../adapters/emqx/acl-conf.ts";
import { mosquittoAclFile } from "../../adapters/mosquitto/acl-file.ts";
import { mosquittoDynamicSecurity } from "../../adapters/mosquitto/dynamic-security.ts";
import { loadPlant } from "../../adapters/yaml/load-plant.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { loadPolicy } from "../../run/broker/access-policy.ts";
import { defineCommand } from "../command.ts";

interface Asked {
  readonly patterns: boolean;
  readonly control: string | undefined;
}

const FORMATS: Readonly<Record<string, (policy: AccessPolicy, asked: Asked) => string>> = {
  mosquitto: mosquittoAclFile,
  "mosquitto-dynsec": (policy, { control }) => mosquittoDynamicSecurity(policy, control),
  emqx: emqxAclConf,
};

const KNOWN = Object.keys(FORMATS).join(", ");

/** `conche access render` */
export const render = defineCommand({
  name: "render",
  summary: "write the rules as another broker reads them",
  description:
    "Writes the rules to standard output: mosquitto (acl_file), mosquitto-dynsec (configuration of the dynamic security\n" +
    "plugin, needed where data centers share a subscription) or emqx (acl.conf of EMQX 5).",
  examples: [
    ["conche access render mosquitto > /etc/mosquitto/acl", "then SIGHUP"],
    ["conche access render mosquitto --patterns", "a few lines for all machines, however many"],
    ["conche access render mosquitto-dynsec > dynamic-security.json", "for $share"],
    [
      "conche access render mosquitto-dynsec --control desk/dashboard > dynamic-security.json",
      "where this desk may cut a client with mosquitto_ctrl",
    ],
    ["conche access render emqx > acl.conf", "for EMQX 5"],
  ],
  arguments: [{ name: "format", help: "mosquitto, mosquitto-dynsec or emqx" }],
  settings: ["plant", "access"],
  options: {
    patterns: {
      help: "mosquitto: patterns with %u for machines; a machine that the plant doesn't have may then speak, too",
    },
    control: {
      argument: "NAME",
      help: "mosquitto-dynsec: the desk that may cut clients and change rules while Mosquitto runs (mosquitto_ctrl)",
    },
  },
  async run({ arguments: { format = "" }, options, config, terminal }) {
    const written = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
    if (written === undefined) throw usage(`there is no format ${format}; there are ${KNOWN}`);
    const { patterns, control } = options;
    if (patterns && format !== "mosquitto") throw usage("--patterns is for mosquitto only");
    if (control !== undefined && format !== "mosquitto-dynsec")
      throw usage("--control is for mosquitto-dynsec only");
    const policy = await loadPolicy(config, await loadPlant(config.plant));
    // Whoever controls the broker can take any right: a machine that does would be worth stealing.
    if (control !== undefined && !(policy.has(control) && identityKindOf(control) === "desk"))
      throw usage(`--control: ${control} is no desk of the access file`);
    terminal.out.write(written(policy, { patterns, control }));
    return 0;
  },
});

function usage(message: string): ConcheError {
  return new ConcheError("CONCHE_USAGE", { message, hint: "see conche access render --help" });
}
