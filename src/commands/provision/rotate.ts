import { expiringWithin } from "../../access/provision-plan.ts";
import { counted } from "../../adapters/terminal/counts.ts";
import { jsonLine } from "../../adapters/terminal/json-line.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { CertificateFolder } from "../../run/certificates/certificate-folder.ts";
import { defineCommand } from "../command.ts";
import { duration } from "../option-values.ts";
import { dayOf } from "./certificate-rows.ts";

const OPTIONS = {
  within: {
    argument: "SPAN",
    help: "everybody whose certificate ends within that time, as 30d, instead of names",
    parse: duration("1m", "36500d"),
  },
  oldAuthority: {
    help: "everybody whose certificate is of an authority that was renewed, instead of names",
  },
  revokeOld: { help: "revoke what they had before; without it, it stays valid until it ends" },
} as const;

/** `conche provision rotate` */
export const rotate = defineCommand({
  name: "rotate",
  summary: "a new certificate with a new key for a name; the old one stays valid, or is revoked",
  description:
    "Issues a new certificate and key into the folder of each name. Copy them to where the old ones are: programs of\n" +
    "ours read them again by themselves. The old certificate stays valid until it ends, so that nothing has to happen\n" +
    "at once; with --revoke-old it is on the revocation list from now on. Also lets somebody in again who was revoked.",
  examples: [
    ["conche provision rotate plant-01/line-a/s4_conching/conche-01", "a machine"],
    ["conche provision rotate server/broker", "the server"],
    ["conche provision rotate --within 30d", "everybody whose certificate ends within 30 days"],
    ["conche provision rotate --old-authority", "after `conche provision renew-authority`"],
    ["conche provision rotate --revoke-old gateway/edge-01", "a key may have been read by others"],
  ],
  arguments: [
    { name: "name", help: "whom, as `conche provision list` shows it", optional: true, several: true },
  ],
  settings: ["certificates"],
  options: OPTIONS,
  async run({ arguments: { name }, options, config, terminal }) {
    const now = Date.now();
    const folder = await CertificateFolder.open(config.certificates);
    const ways = [name, options.within, options.oldAuthority || undefined];
    if (ways.filter((way) => way !== undefined).length !== 1) {
      throw new ConcheError("CONCHE_USAGE", {
        message: "rotate needs names, or --within SPAN, or --old-authority",
        hint: "conche provision rotate --help shows examples",
      });
    }
    const names =
      name?.split(",") ??
      (options.oldAuthority
        ? folder.ofOlderAuthority(now)
        : expiringWithin(folder.issued, options.within ?? 0, now).map((one) => one.name));
    // All of them are known before the first is touched.
    const before = names.map((one) => folder.known(one));
    const issued = [];
    for (const { name: one, hosts } of before) issued.push(await folder.issue(one, hosts, now));
    await folder.publishKeys(now);
    const fresh = new Set(issued.map(({ serial }) => serial));
    const old = folder.issued.filter(
      (one) =>
        names.includes(one.name) &&
        !fresh.has(one.serial) &&
        one.revokedMs === undefined &&
        one.notAfterMs > now,
    );
    const revoked = options.revokeOld ? await folder.revokeCertificates(old, "superseded", now) : 0;
    if (config.json) {
      for (const { name: one, serial, notAfterMs } of issued)
        terminal.out.write(
          `${jsonLine({ name: one, serial, notAfter: new Date(notAfterMs).toISOString() })}\n`,
        );
      return 0;
    }
    const lines = issued.map(
      ({ name: one, notAfterMs }) => `${one}  until ${dayOf(notAfterMs)}  in ${folder.layout.identity(one)}`,
    );
    if (lines.length === 0)
      lines.push(
        options.oldAuthority
          ? "everybody's is of the newest authority"
          : "nobody's certificate ends in that time",
      );
    else if (revoked > 0)
      lines.push(`${counted(revoked, "old certificate")} revoked: copy ${folder.layout.crl} to the brokers`);
    terminal.out.write(`${lines.join("\n")}\n`);
    return 0;
  },
});
