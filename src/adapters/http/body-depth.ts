import type { FastifyRequest } from "fastify";
import { breaksJsonLimits, MAX_DEPTH } from "../../contract/json-limits.ts";

/**
 * HOOK. Refuses a body that nests deeper than any message may: 16 kB of brackets are read without trouble, and end
 * whatever walks through them one call a level, the copy for the answering thread to begin with.
 * @throws an error with status 400
 */
export async function refuseDeepBody({ body }: FastifyRequest): Promise<void> {
  if (!breaksJsonLimits(body)) return;
  const message = `the body nests deeper than ${MAX_DEPTH} levels, or has a number beyond the range of a 64-bit float`;
  throw Object.assign(new Error(message), { statusCode: 400 });
}
