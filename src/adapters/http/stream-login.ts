import type { FastifyReply, FastifyRequest } from "fastify";

/** How often it is asked whether who follows still may, milliseconds. */
const LOOK_EVERY_MS = 1_000;

/** Ends a stream when the login ends that it was opened with: logged out, expired, revoked. */
export function endWithLogin({ standing }: FastifyRequest, { raw }: FastifyReply): void {
  if (standing === null) return;
  const look = setInterval(() => {
    if (!stillStands(standing.stands)) raw.end();
  }, LOOK_EVERY_MS);
  raw.on("close", () => clearInterval(look));
}

/** Whoever can't be looked up may follow no longer. */
function stillStands(stands: () => boolean): boolean {
  try {
    return stands();
  } catch {
    return false;
  }
}
