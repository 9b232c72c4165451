import { promisify } from "node:util";
import { gzip, gzipSync } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";
import { weightedList } from "../../api/accept.ts";
import type { ApiAnswer } from "../../api/door.ts";

const zipped = promisify(gzip);
/** A fast level: the point is a plant's network, not a disk. */
const LEVEL = 3;

/** Sends an answer of the API as it is. */
export function sendAnswer(reply: FastifyReply, { status, headers, body, bytes }: ApiAnswer): FastifyReply {
  return reply
    .code(status)
    .headers(headers)
    .send(bytes === undefined ? body : Buffer.from(bytes));
}

/** Sends an answer, compressed where whoever asks takes gzip and it has at least so many bytes. */
export async function sendCompressed(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: ApiAnswer,
  fromBytes = 0,
): Promise<FastifyReply> {
  const { body } = answer;
  if (body === "" || body.length < fromBytes || !takesGzip(request.headers["accept-encoding"])) {
    return sendAnswer(reply, answer);
  }
  return sendZipped(reply, answer, await zipped(body, { level: LEVEL }));
}

/** The same for a sentence or two, at once: refusals are sent from where nobody can wait. */
export function sendBriefCompressed(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: ApiAnswer,
): FastifyReply {
  return takesGzip(request.headers["accept-encoding"])
    ? sendZipped(reply, answer, gzipSync(answer.body, { level: LEVEL }))
    : sendAnswer(reply, answer);
}

function sendZipped(reply: FastifyReply, { status, headers }: ApiAnswer, body: Buffer): FastifyReply {
  const vary = headers.vary === undefined ? "accept-encoding" : `${headers.vary}, accept-encoding`;
  return reply
    .code(status)
    .headers({ ...headers, vary, "content-encoding": "gzip" })
    .send(body);
}

/** RFC 9110, 12.5.3: named, by its old name, too, or as whatever is not named; and not with a weight of 0. */
export function takesGzip(header: string | string[] | undefined): boolean {
  const codings = weightedList(Array.isArray(header) ? header.join(",") : (header ?? ""));
  const named = codings.filter(({ name }) => name === "gzip" || name === "x-gzip");
  const said = named.length > 0 ? named : codings.filter(({ name }) => name === "*");
  return said.some(({ weight }) => weight > 0);
}
