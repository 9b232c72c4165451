import type { DeskRole } from "../access/access-document.ts";
import type { Route } from "./route.ts";

/** What something over HTTP needs: a role, or nothing where anybody may have it. */
export type NeededRole = DeskRole | "anybody";

/**
 * What does something, by its route's name, and the role that it needs. Everything that only reads needs `viewer`;
 * what does something and isn't named here needs `admin`.
 */
export const ACTION_ROLES: Readonly<Record<string, DeskRole>> = {
  acknowledgeAlarm: "operator",
  commentAlarm: "operator",
  shelveAlarm: "operator",
  unshelveAlarm: "operator",
  // ISA-18.2: an alarm leaves service, and comes back, by a decision over operators.
  takeAlarmOutOfService: "admin",
  returnAlarmToService: "admin",
  putOnHold: "quality",
  decideHold: "quality",
  replayQuarantined: "quality",
  correctQuarantined: "quality",
  dismissQuarantined: "quality",
};

/** Pages beside the table of routes. */
export const PAGE_ROLES = {
  "/healthz": "anybody",
  "/readyz": "anybody",
  "/metrics": "viewer",
  "/api/openapi.json": "viewer",
  "/api/live": "viewer",
  // Who logs in is nobody yet.
  "/api/session": "anybody",
  "/api/session/oidc": "anybody",
  "/api/session/oidc/callback": "anybody",
  // Files that everybody has who has the package; what they show is asked of the API.
  "the dashboard's files": "anybody",
} as const satisfies Readonly<Record<string, NeededRole>>;

/** i3X asks by POST, too; it writes nothing, and says so to whoever may write. What it is, it says to everybody. */
export const I3X_ROLES = { info: "anybody", GET: "viewer", POST: "viewer", PUT: "admin" } as const;

/** The role that a route needs. */
export function roleOf({ method, name }: Pick<Route, "method" | "name">): DeskRole {
  return method === "GET" ? "viewer" : (ACTION_ROLES[name] ?? "admin");
}
