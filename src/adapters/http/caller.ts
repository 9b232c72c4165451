import type { FastifyRequest } from "fastify";
import { addressPrefix } from "../../access/failed-logins.ts";

/** Whose share a request is of: its login's, or its address's where nobody has to log in. */
export function callerOf({ standing, ip }: FastifyRequest): string {
  return standing?.login.name ?? addressPrefix(ip);
}
