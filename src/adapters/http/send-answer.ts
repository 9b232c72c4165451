import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";
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
  const { status, headers, body } = answer;
  if (body === "" || body.length < fromBytes || !takesGzip(request.headers["accept-encoding"])) {
    return sendAnswer(reply, answer);
  }
  const vary = headers.vary === undefined ? "accept-encoding" : `${headers.vary}, accept-encoding`;
  return reply
    .code(status)
    .headers({ ...headers, vary, "content-encoding": "gzip" })
    .send(await zipped(body, { level: LEVEL }));
}

/** RFC 9110, 12.5.3: named, and not with a weight of 0. */
export function takesGzip(header: string | string[] | undefined): boolean {
  const coding = (Array.isArray(header) ? header.join(",") : (header ?? "")).toLowerCase();
  return coding.split(",").some((each) => /^\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/.test(each));
}
