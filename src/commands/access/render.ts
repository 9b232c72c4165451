import type { AccessPolicy } from "../../access/access-policy.ts";
import { emqxAclConf } from "../../adapters/emqx/acl-conf.ts";
import { mosquittoAclFile } from "../../adapters/mosquitto/acl-file.ts";
import { mosquittoDynamicSecurity } from "../../adapters/mosquitto/dynamic-security.ts";
import { loadPlant } from "../../adapters/yaml/load-plant.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { loadPolicy } from "../../run/broker/access-policy.ts";
import { defineCommand } from "../command.ts";

const FORMATS: Readonly<Record<string, (policy: AccessPolicy, patterns: boolean) => string>> = {
  mosquitto: (policy, patterns) => mosquittoAclFile(policy, { patterns }),
  "mosquitto-dynsec": mosquittoDynamicSecurity,
  emqx: emqxAclConf,
};

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
    ["conche access render emqx > acl.conf", "for EMQX 5"],
  ],
  arguments: [{ name: "format", help: "mosquitto, mosquitto-dynsec or emqx" }],
  settings: ["plant", "access"],
  options: {
    patterns: {
      help: "mosquitto: patterns with %u for machines; a machine that the plant doesn't have may then speak, too",
    },
  },
  async run({ arguments: { format = "" }, options, config, terminal }) {
    const written = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
    if (written === undefined || (options.patterns && format !== "mosquitto")) {
      const known = Object.keys(FORMATS).join(", ");
      const message =
        written === undefined
          ? `there is no format ${format}; there are ${known}`
          : "--patterns is for mosquitto only";
      throw new ConcheError("CONCHE_USAGE", { message, hint: "see conche access render --help" });
    }
    terminal.out.write(written(await loadPolicy(config, await loadPlant(config.plant)), options.patterns));
    return 0;
  },
});
