import { join } from "node:path";
import { jsonLine } from "../../adapters/terminal/json-line.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { CertificateFolder } from "../../run/certificates/certificate-folder.ts";
import { defineCommand } from "../command.ts";
import { dayOf } from "./certificate-rows.ts";

const OPTIONS = {
  root: {
    argument: "FOLDER",
    help: "where root.cert.pem and root.key.pem were brought back to (default: root-offline of the certificates' folder)",
    parse: (text: string) => text,
  },
} as const;

/** `conche provision renew-authority` */
export const renewAuthority = defineCommand({
  name: "renew-authority",
  summary: "another issuing authority beside the one there is: both are trusted from now on",
  description:
    "Makes a new issuing authority below the same root, for which the root's key is brought back once. From now on it\n" +
    "issues; whoever has a certificate of the one before goes on with it. Then, in this order, without a restart: copy\n" +
    "ca.pem and crl.pem to the servers, and ca.pem to everybody; `conche provision rotate --old-authority`, and copy the\n" +
    "new certificates; `conche provision retire-authority`, and copy ca.pem and crl.pem to the servers again.",
  examples: [
    ["conche provision renew-authority", "the root's folder is still where it was made"],
    ["conche provision renew-authority --root /media/safe/root-offline", "it was taken away"],
  ],
  settings: ["certificates"],
  options: OPTIONS,
  async run({ options, config, terminal }) {
    if (config.certificates.authorityCert !== null || config.certificates.authorityKey !== null) {
      throw new ConcheError("CONCHE_USAGE", {
        message: "the plant's own authority is renewed by whoever keeps it, not here",
        hint: "put its new certificate beside the old one into ca.pem, and both lists into crl.pem",
      });
    }
    const now = Date.now();
    const folder = await CertificateFolder.open(config.certificates);
    const root = options.root ?? join(folder.layout.folder, "root-offline");
    await folder.renewAuthority(root, now);
    const waiting = folder.ofOlderAuthority(now).length;
    const until = new Date(folder.authorityEndsMs).toISOString();
    terminal.out.write(
      config.json
        ? `${jsonLine({ ca: folder.layout.ca, crl: folder.layout.crl, until, waiting })}\n`
        : `A new issuing authority, until ${dayOf(folder.authorityEndsMs)}; ${waiting} certificates are of the one before.\n` +
            `Now copy ${folder.layout.ca} and ${folder.layout.crl} to the servers that don't read them from here.\n` +
            "Then: conche provision rotate --old-authority\n",
    );
    return 0;
  },
});
