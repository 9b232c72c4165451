import { counted } from "../../adapters/terminal/counts.ts";
import { jsonLine } from "../../adapters/terminal/json-line.ts";
import { REVOCATION_REASONS } from "../../adapters/x509/revocation-list.ts";
import { CertificateFolder } from "../../run/certificates/certificate-folder.ts";
import { defineCommand } from "../command.ts";
import { oneOf } from "../option-values.ts";

const OPTIONS = {
  reason: {
    argument: "REASON",
    help: `why, as X.509 calls it: ${REVOCATION_REASONS.join(", ")} (default: unspecified)`,
    parse: oneOf(REVOCATION_REASONS),
  },
} as const;

/** `conche provision revoke` */
export const revoke = defineCommand({
  name: "revoke",
  summary: "every certificate of a name counts no longer: it is cut off, and can't connect again",
  description:
    "Puts all valid certificates of a name on the revocation list and signs a new one. An embedded broker that reads the\n" +
    "list from this folder cuts the open connection within seconds and refuses new ones; to other brokers the list has\n" +
    "to be copied. `conche provision rotate NAME` lets it in again, with a new key.",
  examples: [
    ["conche provision revoke plant-01/line-a/s4_conching/conche-01", "a machine that was sold"],
    ["conche provision revoke gateway/edge-01 --reason keyCompromise", "a gateway that was stolen"],
  ],
  arguments: [{ name: "name", help: "whom, as `conche provision list` shows it" }],
  settings: ["certificates"],
  options: OPTIONS,
  async run({ arguments: { name = "" }, options, config, terminal }) {
    const folder = await CertificateFolder.open(config.certificates);
    const revoked = await folder.revoke(name, options.reason ?? "unspecified", Date.now());
    const list = folder.layout.crl;
    if (config.json) terminal.out.write(`${jsonLine({ name, revoked, list, number: folder.list.number })}\n`);
    else if (revoked === 0) terminal.out.write(`${name} has no valid certificate; nothing was changed\n`);
    else {
      terminal.out.write(
        `${counted(revoked, "certificate")} of ${name} revoked.\n` +
          `Brokers that don't read it from here need the new list: ${list}\n` +
          "Mosquitto takes it at SIGHUP and cuts nobody: docs/certificates.md, Revoke at Mosquitto\n",
      );
    }
    return 0;
  },
});
