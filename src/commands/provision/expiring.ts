import { expiringWithin } from "../../access/provision-plan.ts";
import { counted } from "../../adapters/terminal/counts.ts";
import { renderListing } from "../../adapters/terminal/listing.ts";
import { CertificateFolder } from "../../run/certificates/certificate-folder.ts";
import { defineCommand } from "../command.ts";
import { duration } from "../option-values.ts";
import { FORMAT_OPTION, formatOf } from "../output-format.ts";
import { certificateListing, dayOf } from "./certificate-rows.ts";

const DEFAULT_WITHIN_MS = 30 * 86_400_000;

const OPTIONS = {
  within: {
    argument: "SPAN",
    help: "how far to look ahead, as 12h or 60d (default: 30d)",
    parse: duration("1m", "36500d"),
  },
  format: FORMAT_OPTION,
} as const;

/** `conche provision expiring` */
export const expiring = defineCommand({
  name: "expiring",
  summary: "whose certificate expires soon, or has expired; exits with 1 when there is one",
  description:
    "Shows the certificates that end within a time, the soonest first, and says when the revocation list and the\n" +
    "authority end. Revoked ones don't count. Exits with 1 when something ends in that time, for monitoring.",
  examples: [
    ["conche provision expiring", "the next 30 days"],
    ["conche provision expiring --within 90d --json", "for a program"],
  ],
  settings: ["certificates"],
  options: OPTIONS,
  async run({ options, config, terminal }) {
    const folder = await CertificateFolder.open(config.certificates);
    const now = Date.now();
    const within = options.within ?? DEFAULT_WITHIN_MS;
    const found = expiringWithin(folder.issued, within, now);
    const others = [
      { what: "the revocation list", endsMs: folder.list.nextUpdateMs, todo: "`conche provision crl`" },
      {
        what: "the issuing authority",
        endsMs: folder.authorityEndsMs,
        todo: "`conche provision renew-authority`",
      },
    ].filter(({ endsMs }) => endsMs <= now + within);
    const verdict = [
      found.length === 0
        ? "no certificate ends in that time"
        : `${counted(found.length, "certificate")}: \`conche provision rotate NAME\``,
      ...others.map(({ what, endsMs, todo }) => `${what} ends on ${dayOf(endsMs)}: ${todo}`),
    ].join("\n");
    const listing = {
      ...certificateListing(found, folder.issued, now, verdict),
      beside: {
        revocationListUntil: new Date(folder.list.nextUpdateMs).toISOString(),
        authorityUntil: new Date(folder.authorityEndsMs).toISOString(),
      },
    };
    terminal.out.write(renderListing(listing, formatOf(options.format, config.json), terminal));
    return found.length + others.length > 0 ? 1 : 0;
  },
});
