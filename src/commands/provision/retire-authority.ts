import { jsonLine } from "../../adapters/terminal/json-line.ts";
import { CertificateFolder } from "../../run/certificates/certificate-folder.ts";
import { defineCommand } from "../command.ts";

/** `conche provision retire-authority` */
export const retireAuthority = defineCommand({
  name: "retire-authority",
  summary: "nobody trusts the issuing authority before the newest any more",
  description:
    "Takes the authorities before the newest out of ca.pem, and their lists out of crl.pem. Refused while the newest\n" +
    "certificate of anybody is still of theirs. Whoever still shows an older one is cut off as soon as a server has the\n" +
    "new ca.pem: have the new certificates in their places first.",
  examples: [["conche provision retire-authority", "everybody has a certificate of the new one"]],
  settings: ["certificates"],
  async run({ config, terminal }) {
    const folder = await CertificateFolder.open(config.certificates);
    const retired = await folder.retireAuthorities(Date.now());
    const { ca, crl } = folder.layout;
    if (config.json) terminal.out.write(`${jsonLine({ retired, ca, crl })}\n`);
    else if (retired === 0)
      terminal.out.write("there is no authority before the newest; nothing was changed\n");
    else
      terminal.out.write(
        `Retired. Servers that don't read them from here need ${ca} and ${crl} again; everybody else ca.pem.\n`,
      );
    return 0;
  },
});
