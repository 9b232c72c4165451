import { type Static, Type } from "typebox";
import { closedObject } from "../plant/schema/fields.ts";

/** What desks may do; each role may what the ones before it may. */
export const DESK_ROLES = ["viewer", "operator", "quality", "admin"] as const;
/** What people at a desk may say, from nothing to everything. */
export type DeskRole = (typeof DESK_ROLES)[number];

/** Whether a role may what needs another one: each may what the ones before it may. */
export function mayAs(role: DeskRole, needed: DeskRole): boolean {
  return DESK_ROLES.indexOf(role) >= DESK_ROLES.indexOf(needed);
}

const LEVEL = "[a-z0-9][a-z0-9_-]{0,62}";
const NAME = `^${LEVEL}$`;
const MACHINE = `^${LEVEL}/${LEVEL}/s[0-9]_[a-z0-9_]+/${LEVEL}$`;
const PLACE = `^${LEVEL}(/${LEVEL}(/s[0-9]_[a-z0-9_]+/${LEVEL})?)?$`;

/** An access file: who there is beside the machines of the plant, and what they may. */
export const AccessDocumentSchema = closedObject(
  {
    access: Type.Literal(1, { description: "version of the access file's form" }),
    datacenters: Type.Optional(
      Type.Array(Type.String({ pattern: NAME }), {
        maxItems: 100,
        uniqueItems: true,
        description: "names of data centers (datacenter/NAME): they read factory/# and write datacenter/#",
      }),
    ),
    gateways: Type.Optional(
      Type.Record(
        Type.String({ pattern: NAME }),
        closedObject({
          for: Type.Array(Type.String({ pattern: PLACE }), {
            minItems: 1,
            maxItems: 10_000,
            uniqueItems: true,
            description: "whom it speaks for: a site, site/line, or single machines site/line/step/machine",
          }),
        }),
        { additionalProperties: false, description: "gateways and bridges (gateway/NAME), by name" },
      ),
    ),
    desks: Type.Optional(
      Type.Record(
        Type.String({ pattern: NAME }),
        closedObject({
          role: Type.Enum([...DESK_ROLES], { description: "what the desk may" }),
          at: Type.Optional(
            Type.Array(Type.String({ pattern: `^${LEVEL}(/${LEVEL})?$` }), {
              minItems: 1,
              maxItems: 1_000,
              uniqueItems: true,
              description: "sites or lines (site/line) where it acts; everywhere where left out",
            }),
          ),
        }),
        { additionalProperties: false, description: "desks and programs that read (desk/NAME), by name" },
      ),
    ),
    machines: Type.Optional(
      Type.Array(Type.String({ pattern: MACHINE }), {
        maxItems: 10_000,
        uniqueItems: true,
        description: "machines that the plant file doesn't have and that may speak all the same",
      }),
    ),
  },
  { title: "Access", description: "Who there is beside the plant's machines, and what they may" },
);

/** An access file as it is written: gateways, data centers, desks, further machines. */
export type AccessDocument = Static<typeof AccessDocumentSchema>;

/** What counts without an access file: the data center itself, its dashboard, and the shell beside it. */
export const DEFAULT_ACCESS: AccessDocument = {
  access: 1,
  datacenters: ["main"],
  desks: { dashboard: { role: "quality" }, shell: { role: "quality" } },
};
