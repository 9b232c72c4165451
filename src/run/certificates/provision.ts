import { isIP } from "node:net";
import { hostname } from "node:os";
import { identityKindOf } from "../../access/certificate-identity.ts";
import {
  type IssueReason,
  newestByName,
  type ProvisionPlan,
  provisionPlan,
  type WantedCertificate,
} from "../../access/provision-plan.ts";
import type { Plant } from "../../plant/plant.ts";
import { CertificateFolder } from "./certificate-folder.ts";
import type { CertificateSettings } from "./certificate-settings.ts";

/** Who gets a certificate beside the machines of the plant. */
export interface ProvisionRequest {
  readonly plant: Plant;
  /** Name of a server's certificate. */
  readonly server: string;
  /** Its host names and addresses beside those of this machine; undefined: those it has. */
  readonly hosts: readonly string[] | undefined;
  readonly gateways: readonly string[];
  readonly datacenters: readonly string[];
  readonly desks: readonly string[];
}

/** What a run did. */
export interface Provisioned {
  readonly folder: CertificateFolder;
  readonly authorityMade: boolean;
  readonly issued: readonly {
    readonly name: string;
    readonly why: IssueReason;
    readonly notAfterMs: number;
  }[];
  readonly listRenewed: boolean;
  readonly plan: ProvisionPlan;
}

/** Under these names every machine reaches itself. */
const THIS_MACHINE = ["localhost", "127.0.0.1", "::1"];
/** A list with less of its life left than this part is renewed by the way. */
const RENEW_BELOW = 1 / 2;
const DAY_MS = 86_400_000;

/**
 * Sees that everybody has a certificate, and that there is a revocation list with time left. What is there stays.
 * @throws ConcheError CONCHE_CERTIFICATES_INVALID, CONCHE_OUTPUT_UNWRITABLE
 */
export async function provision(
  settings: CertificateSettings,
  request: ProvisionRequest,
  nowMs: number,
): Promise<Provisioned> {
  const sites = request.plant.document.sites.map(({ id }) => id).join(", ");
  const { folder, made } = await CertificateFolder.openOrMake(settings, `Conche plant ${sites}`, nowMs);
  const plan = provisionPlan(wantedIn(request, folder), folder.issued, nowMs);
  const issued: { name: string; why: IssueReason; notAfterMs: number }[] = [];
  for (const { name, hosts = [], why } of plan.issue) {
    const { notAfterMs } = await folder.issue(name, hosts, nowMs);
    issued.push({ name, why, notAfterMs });
  }
  const listRenewed = folder.list.nextUpdateMs - nowMs < settings.crlDays * DAY_MS * RENEW_BELOW;
  if (listRenewed) await folder.renewList(nowMs);
  else await folder.publishList();
  await folder.publishKeys(nowMs);
  return { folder, authorityMade: made, issued, listRenewed, plan };
}

/** The machines of the plant, who is named, and whoever was named before. */
function wantedIn(
  { plant, server, hosts, gateways, datacenters, desks }: ProvisionRequest,
  folder: CertificateFolder,
): WantedCertificate[] {
  const serverName = `server/${server}`;
  const known = newestByName(folder.issued);
  const wanted = new Map<string, WantedCertificate>();
  const wants = (name: string, more: readonly string[] | undefined) =>
    wanted.set(name, { name, hosts: more });
  const chosen = hosts === undefined && known.has(serverName) ? undefined : serverHosts(hosts ?? []);
  wants(serverName, chosen);
  for (const { key } of plant.machines) wants(key, undefined);
  for (const name of gateways) wants(`gateway/${name}`, undefined);
  for (const name of datacenters) wants(`datacenter/${name}`, undefined);
  for (const name of desks) wants(`desk/${name}`, undefined);
  for (const name of known.keys()) {
    if (identityKindOf(name) !== "machine" && !wanted.has(name)) wants(name, undefined);
  }
  return [...wanted.values()];
}

/** Host names in lower case, addresses as they are written shortest; each once. */
function serverHosts(given: readonly string[]): string[] {
  const named = [...THIS_MACHINE, hostname().toLowerCase(), ...given.map((host) => host.toLowerCase())];
  return [...new Set(named.map(canonicalHost))];
}

/** An IPv6 address has many forms, and is compared with what a certificate gives back. */
function canonicalHost(host: string): string {
  return isIP(host) === 6 ? new URL(`http://[${host}]`).hostname.slice(1, -1) : host;
}
