import type { FastifyReply } from "fastify";
import type { ApiAnswer } from "../../api/door.ts";

/** Sends an answer of the API as it is. */
export function sendAnswer(reply: FastifyReply, { status, headers, body }: ApiAnswer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
