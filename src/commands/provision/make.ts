import { IDENTITY_NAME } from "../../access/client-identity.ts";
import { counted } from "../../adapters/terminal/counts.ts";
import { jsonLine } from "../../adapters/terminal/json-line.ts";
import { loadPlant } from "../../adapters/yaml/load-plant.ts";
import { type Provisioned, provision } from "../../run/certificates/provision.ts";
import { defineCommand } from "../command.ts";
import { matching } from "../option-values.ts";
import { dayOf } from "./certificate-rows.ts";

const HOST = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*|[0-9a-f:.]+)$/i;
const NAMES = words(IDENTITY_NAME, "names of 1 to 40 characters of a-z, 0-9, _ and -, separated by commas");
const HOSTS = words(HOST, "host names and addresses separated by commas");

/** What a run gives a certificate beside the plant's machines, unless told otherwise. */
const DEFAULTS = { server: "broker", datacenters: ["main"], desks: ["dashboard", "shell"] };

const OPTIONS = {
  server: {
    argument: "NAME",
    help: `name of the server's certificate (default: ${DEFAULTS.server})`,
    parse: matching(IDENTITY_NAME, "1 to 40 characters of a-z, 0-9, _ and -"),
  },
  hosts: {
    argument: "HOST,…",
    help: "names and addresses by which clients reach that server, beside those of this machine",
    parse: HOSTS,
  },
  gateways: { argument: "NAME,…", help: "gateways (edge, bridge) that get a certificate", parse: NAMES },
  datacenters: {
    argument: "NAME,…",
    help: `data centers that get a certificate (default: ${DEFAULTS.datacenters})`,
    parse: NAMES,
  },
  desks: {
    argument: "NAME,…",
    help: `desks that get a certificate (default: ${DEFAULTS.desks})`,
    parse: NAMES,
  },
} as const;

/** `conche provision` */
export const make = defineCommand({
  name: "provision",
  summary: "certificates for every machine, server and desk: make, rotate, revoke, list, expiring, crl",
  description:
    "Makes an authority (a root to be taken away, an issuing one), and a certificate for a server and for every machine\n" +
    "of the plant, gateway, data center and desk: a folder for each, ready to copy, with a README. Who somebody is\n" +
    "stands in the common name: a machine is SITE/LINE/STEP/MACHINE, others are gateway/NAME, datacenter/NAME,\n" +
    "desk/NAME. Called again it changes nothing, except that whoever is new gets a certificate.",
  examples: [
    ["conche provision --hosts broker.plant.example,10.1.2.3", "everybody of the plant, into ./certificates"],
    ["conche provision --gateways edge-01,edge-02", "two gateways, too"],
    [
      "conche provision --server edge-01 --hosts edge-01.plant.example",
      "another server: the broker of an edge",
    ],
    ["conche provision --authority-cert ca.pem --authority-key ca.key.pem", "with the plant's own authority"],
    ["conche provision rotate plant-01/line-a/s4_conching/conche-01", "a new certificate for a machine"],
    ["conche provision revoke plant-01/line-a/s4_conching/conche-01", "it may not connect any more"],
    ["conche provision expiring --within 30d", "who needs a new one soon"],
  ],
  settings: ["plant", "certificates"],
  options: OPTIONS,
  async run({ options, config, terminal }) {
    const plant = await loadPlant(config.plant);
    const done = await provision(
      config.certificates,
      {
        plant,
        server: options.server ?? DEFAULTS.server,
        hosts: options.hosts,
        gateways: options.gateways ?? [],
        datacenters: options.datacenters ?? DEFAULTS.datacenters,
        desks: options.desks ?? DEFAULTS.desks,
      },
      Date.now(),
    );
    terminal.out.write(config.json ? asJson(done) : asText(done));
    return 0;
  },
});

function words(pattern: RegExp, expected: string): (text: string) => readonly string[] {
  return (text) => {
    const found = text.split(",").map((word) => word.trim());
    if (found.every((word) => pattern.test(word))) return found;
    throw new Error(`must be ${expected}`);
  };
}

function asJson({ folder, authorityMade, issued, listRenewed, plan }: Provisioned): string {
  return `${jsonLine({
    folder: folder.layout.folder,
    authorityMade,
    issued: issued.map(({ name, why, notAfterMs }) => ({
      name,
      why,
      notAfter: new Date(notAfterMs).toISOString(),
    })),
    kept: plan.kept.length,
    revoked: plan.revoked,
    notInPlant: plan.strangers,
    listRenewed,
    listUntil: new Date(folder.list.nextUpdateMs).toISOString(),
  })}\n`;
}

const WHY = {
  new: "new",
  hosts: "other host names",
  expired: "the last one has expired",
  rotated: "rotated",
};

function asText({ folder, authorityMade, issued, listRenewed, plan }: Provisioned): string {
  const lines: string[] = [];
  const place = folder.layout.folder;
  if (authorityMade) lines.push(`An authority was made in ${place}.`);
  for (const { name, why, notAfterMs } of issued)
    lines.push(`  issued  ${name}  until ${dayOf(notAfterMs)}  (${WHY[why]})`);
  for (const name of plan.revoked)
    lines.push(`  revoked ${name}  (\`conche provision rotate ${name}\` lets it in again)`);
  for (const name of plan.strangers)
    lines.push(`  not in the plant: ${name}  (\`conche provision revoke ${name}\` shuts it out)`);
  if (listRenewed) lines.push(`The revocation list is good until ${dayOf(folder.list.nextUpdateMs)}.`);
  const stands = counted(plan.kept.length, "certificate");
  if (issued.length === 0 && !authorityMade)
    lines.push(
      listRenewed
        ? `${stands} in ${place} stay as they are.`
        : `Nothing to do: ${stands} in ${place} stay as they are.`,
    );
  else lines.push(`${counted(issued.length, "certificate")} issued, ${plan.kept.length} kept, in ${place}`);
  if (authorityMade) {
    lines.push(
      "",
      `Next: copy each folder to whom it belongs (${folder.layout.readme} says which is which)`,
      `      and take the root's key away from here (${folder.layout.root("README.md")})`,
    );
  }
  return `${lines.join("\n")}\n`;
}
