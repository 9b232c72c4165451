import { newestByName } from "../../access/provision-plan.ts";
import { renderListing } from "../../adapters/terminal/listing.ts";
import { CertificateFolder } from "../../run/certificates/certificate-folder.ts";
import { defineCommand } from "../command.ts";
import { FORMAT_OPTION, formatOf } from "../output-format.ts";
import { certificateListing, dayOf } from "./certificate-rows.ts";

/** `conche provision list` */
export const list = defineCommand({
  name: "list",
  summary: "who has a certificate, until when, and what became of it",
  description:
    "Shows the newest certificate of every identity; with --all also those that were replaced, each with its serial\n" +
    "number. Reads the folder only: no key is needed.",
  examples: [
    ["conche provision list", "the newest of everybody"],
    ["conche provision list --all --format csv", "everything that was ever issued"],
  ],
  settings: ["certificates"],
  options: {
    all: { help: "also certificates that were replaced" },
    format: FORMAT_OPTION,
  },
  async run({ options, config, terminal }) {
    const folder = await CertificateFolder.open(config.certificates);
    const now = Date.now();
    const shown = options.all ? folder.issued : [...newestByName(folder.issued).values()];
    const until =
      folder.list.nextUpdateMs === 0 ? "none yet" : `good until ${dayOf(folder.list.nextUpdateMs)}`;
    const older = folder.ofOlderAuthority(now).length;
    const before = older === 0 ? "" : ` (${older} certificates are of the one before)`;
    const verdict = `authority until ${dayOf(folder.authorityEndsMs)}${before}; revocation list: ${until}`;
    const listing = certificateListing(shown, folder.issued, now, verdict);
    terminal.out.write(renderListing(listing, formatOf(options.format, config.json), terminal));
    return 0;
  },
});
