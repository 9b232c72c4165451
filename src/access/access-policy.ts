import { DOWN_CATALOGUE, UP_CATALOGUE } from "../contract/catalogue.ts";
import { DESK_STEP, DOWN_ROOT, type DownKind, type MessageType, UP_ROOT } from "../contract/topic.ts";
import type { Plant } from "../plant/plant.ts";
import type { AccessDocument, DeskRole } from "./access-document.ts";
import { identityOf } from "./client-identity.ts";
import type { Rights } from "./rights.ts";

/** What of a plant the rules are computed from. */
export interface PlantPlaces {
  /** `<site>/<line>/<step>/<machine>` */
  readonly machines: readonly string[];
  /** `<site>/<line>` */
  readonly lines: readonly string[];
}

/** Machines and lines of a plant, by their addresses. */
export function placesOf({ machines, lines }: Plant): PlantPlaces {
  return {
    machines: machines.map(({ key }) => key),
    lines: lines.map(({ site, definition }) => `${site.id}/${definition.id}`),
  };
}

/** Who may do what: every identity there is, with its rights. Nobody else may do anything. */
export type AccessPolicy = ReadonlyMap<string, Rights>;

/** What a policy is computed from. */
export interface PolicyDependencies {
  readonly plant: PlantPlaces;
  readonly document: AccessDocument;
  /** Identities that have lost their rights, whatever the files say. */
  readonly revoked?: ReadonlySet<string>;
}

const UP_TYPES: readonly MessageType[] = [...new Set(UP_CATALOGUE.map(({ type }) => type))];
const DOWN_TYPES: readonly DownKind[] = DOWN_CATALOGUE.map(({ type }) => type);
/** What a broker says of itself. */
const SYSTEM_TOPICS = "$SYS/#";

/** What each role says as its desk: the message types, in the order of the contract. */
export const DESK_SAYS: Readonly<Record<DeskRole, readonly MessageType[]>> = {
  viewer: [],
  operator: ["state", "alarm"],
  quality: ["state", "alarm", "quality", "batch"],
  admin: UP_TYPES,
};

/** Computes the policy: contract catalogue, plant and access file in, rights of every identity out. */
export function accessPolicy({ plant, document, revoked = new Set() }: PolicyDependencies): AccessPolicy {
  const policy = new Map<string, Rights>();
  const grant = (identity: string, rights: Rights) => {
    if (!revoked.has(identity)) policy.set(identity, rights);
  };
  for (const machine of new Set([...plant.machines, ...(document.machines ?? [])])) {
    grant(machine, machineRights(machine));
  }
  for (const [name, { for: places }] of Object.entries(document.gateways ?? {})) {
    grant(
      identityOf("gateway", name),
      gatewayRights(places, [...plant.machines, ...(document.machines ?? [])]),
    );
  }
  for (const name of document.datacenters ?? []) grant(identityOf("datacenter", name), DATA_CENTER);
  for (const [name, { role, at }] of Object.entries(document.desks ?? {})) {
    const lines = plant.lines.filter((line) => at?.some((place) => isAt(line, place)) ?? true);
    grant(identityOf("desk", name), deskRights(name, role, lines, plant.machines));
  }
  return policy;
}

function machineRights(machine: string): Rights {
  return { publish: upTopics(machine, UP_TYPES), read: downTopics(machine), share: false };
}

/** Reads receipts for whole lines with one filter, where it speaks for whole lines: brokers limit how many there are. */
function gatewayRights(places: readonly string[], machines: readonly string[]): Rights {
  const single = places.filter((place) => place.split("/").length === 4);
  const whole = places.filter((place) => place.split("/").length < 4);
  const behind = machines.filter((machine) => whole.some((place) => isAt(machine, place)));
  return {
    publish: [...new Set([...behind, ...single])].flatMap((machine) => upTopics(machine, UP_TYPES)),
    read: [...whole.map((place) => `${DOWN_ROOT}/${place}/#`), ...single.flatMap(downTopics)],
    share: false,
  };
}

const DATA_CENTER: Rights = { publish: [`${DOWN_ROOT}/#`], read: [`${UP_ROOT}/#`], share: true };

/**
 * A desk speaks as `s0_office/NAME` of every line it acts at, and reads what all machines say. Who commands machines may
 * also see how the broker is.
 */
function deskRights(
  name: string,
  role: DeskRole,
  lines: readonly string[],
  machines: readonly string[],
): Rights {
  const says = DESK_SAYS[role];
  const desks = says.length === 0 ? [] : lines.map((line) => `${line}/${DESK_STEP}/${name}`);
  const commanded =
    role === "admin" ? machines.filter((machine) => lines.some((line) => isAt(machine, line))) : [];
  return {
    publish: [
      ...desks.flatMap((desk) => upTopics(desk, says)),
      ...commanded.map((machine) => `${DOWN_ROOT}/${machine}/command`),
    ],
    read: [`${UP_ROOT}/#`, ...desks.flatMap(downTopics), ...(role === "admin" ? [SYSTEM_TOPICS] : [])],
    share: false,
  };
}

function upTopics(machine: string, types: readonly MessageType[]): string[] {
  return types.map((type) => `${UP_ROOT}/${machine}/${type}`);
}

function downTopics(machine: string): string[] {
  return DOWN_TYPES.map((kind) => `${DOWN_ROOT}/${machine}/${kind}`);
}

function isAt(address: string, place: string): boolean {
  return address === place || address.startsWith(`${place}/`);
}
