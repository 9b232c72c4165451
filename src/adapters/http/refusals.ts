import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import { problemAnswer } from "../../api/door.ts";
import { failure } from "../../api/i3x/envelope.ts";
import { I3X_BASE } from "../../api/i3x/questions.ts";
import { badRequest, problemOf } from "../../api/problem.ts";
import { ConcheError, systemCodeOf } from "../../errors/conche-error.ts";
import { sendAnswer, sendBriefCompressed } from "./send-answer.ts";

/** Answers with the problem; below i3X in the form that i3X has. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  if (!request.url.startsWith(`${I3X_BASE}/`)) return sendAnswer(reply, problemAnswer(error));
  const { status, detail } = problemOf(error);
  return sendBriefCompressed(request, reply, failure(status, detail));
}

/** What the framework says of a request, in the product's words; what is none of the request's fault stays as it is. */
export function requestProblem(
  error: Error & { code?: string; statusCode?: number },
  request: FastifyRequest,
): unknown {
  if (error instanceof ConcheError) return error;
  switch (error.code) {
    case "FST_ERR_BAD_URL":
      return badRequest(`the path ${pathOf(request.url)} is no percent-encoded UTF-8`);
    case "FST_ERR_MAX_PARAM_LENGTH":
      return partTooLong(pathOf(request.url));
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new ConcheError("CONCHE_MEDIA_TYPE", {
        message: `a body of ${(request.headers["content-type"] ?? "no type").slice(0, 100)} isn't taken`,
      });
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return tooLarge(request.routeOptions.bodyLimit);
    case "FST_ERR_HANDLER_TIMEOUT":
      return new ConcheError("CONCHE_TIME_LIMIT", { message: error.message });
    default:
      return (error.statusCode ?? 500) < 500 ? badRequest(error.message) : error;
  }
}

/** A body beyond the limit, or one that doesn't say how large it is: 413. */
export function tooLarge(bytes: number): ConcheError {
  return new ConcheError("CONCHE_REQUEST_TOO_LARGE", {
    message: `a body of at most ${bytes} bytes with a content-length is taken`,
  });
}

/** What is there, and not for this method: 405. */
export function methodNotAllowed(request: FastifyRequest, allowed: readonly string[]): ConcheError {
  return new ConcheError("CONCHE_METHOD_NOT_ALLOWED", {
    message: `${request.method} is not for ${pathOf(request.url)}, which takes ${allowed.join(", ")}`,
  });
}

/** A part of the path is longer than the name of anything: 400. */
export function partTooLong(path: string): ConcheError {
  return badRequest(`a part of the path is too long: ${path}`);
}

/** The path that was asked, as messages show it. */
export function pathOf(url: string): string {
  return (url.split("?", 1)[0] ?? "").slice(0, 200);
}

/** Answers what isn't even a request, as Node's parser has it, and ends the connection. */
export function refuseClient(error: Error, socket: Socket): void {
  const code = systemCodeOf(error);
  // A connection that was reset is gone already.
  if (code === "ECONNRESET" || socket.destroyed) return;
  if (socket.writable) {
    const { status, headers, body } = problemAnswer(unreadable(code));
    const lines = Object.entries({
      ...headers,
      "content-length": Buffer.byteLength(body),
      connection: "close",
    });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`);
  }
  socket.destroy(error);
}

function unreadable(code: string | undefined): ConcheError {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return new ConcheError("CONCHE_REQUEST_TIMEOUT", { message: "the request did not come in in time" });
  }
  if (code === "HPE_HEADER_OVERFLOW") {
    return new ConcheError("CONCHE_HEADERS_TOO_LARGE", { message: "the headers are larger than is taken" });
  }
  return badRequest("what came is no HTTP request that can be read");
}
