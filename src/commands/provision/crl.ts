import { jsonLine } from "../../adapters/terminal/json-line.ts";
import { CertificateFolder } from "../../run/certificates/certificate-folder.ts";
import { defineCommand } from "../command.ts";
import { dayOf } from "./certificate-rows.ts";

/** `conche provision crl` */
export const crl = defineCommand({
  name: "crl",
  summary: "sign the revocation list anew, so that it lasts",
  description:
    "A revocation list has an end (--crl-days), so that nobody goes by an old one; past it, brokers let nobody in. Run\n" +
    "this well before, once a week from a timer for instance. Every `revoke` does the same by the way.",
  examples: [
    ["conche provision crl", "good for another 90 days"],
    ["conche provision crl --crl-days 30", "a shorter time"],
  ],
  settings: ["certificates"],
  async run({ config, terminal }) {
    const folder = await CertificateFolder.open(config.certificates);
    await folder.renewList(Date.now());
    const { number, nextUpdateMs, revocations } = folder.list;
    const list = folder.layout.crl;
    terminal.out.write(
      config.json
        ? `${jsonLine({ list, number, revoked: revocations.length, until: new Date(nextUpdateMs).toISOString() })}\n`
        : `${list}: number ${number}, ${revocations.length} revoked, good until ${dayOf(nextUpdateMs)}\n`,
    );
    return 0;
  },
});
