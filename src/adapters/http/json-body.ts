import { isUtf8 } from "node:buffer";
import type { FastifyInstance } from "fastify";
import { badRequest } from "../../api/problem.ts";
import { type JsonAmbiguity, jsonAmbiguity } from "../../contract/json-ambiguity.ts";
import { breaksJsonLimits, MAX_DEPTH } from "../../contract/json-limits.ts";
import { oneLine } from "../../contract/validation-detail.ts";
import type { ConcheError } from "../../errors/conche-error.ts";

/**
 * Bodies are JSON in UTF-8 (RFC 8259, 8.1) and say so: nothing else is taken, and what is wrong with one is said. One that nests deeper
 * than any message may is read without trouble, and would end whatever walks through it one call a level: the copy for
 * the answering thread to begin with.
 */
export function takeJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>("application/json", { parseAs: "buffer" }, (request, bytes, done) => {
    // Decoded all the same, it would say something else.
    if (!isUtf8(bytes)) return done(badRequest("the body is not valid UTF-8"));
    const text = bytes.toString("utf8");
    parse(request, text, (error, body) => {
      if (error !== null) return done(bodyProblem(text));
      if (breaksJsonLimits(body)) return done(badRequest(LIMITS_BROKEN));
      // Whoever looks at what was sent would read another name under it than the one that is taken.
      const ambiguity = jsonAmbiguity(bytes, text, body);
      if (ambiguity !== undefined) return done(ambiguous(ambiguity));
      done(null, body);
    });
  });
}

const LIMITS_BROKEN = `the body nests deeper than ${MAX_DEPTH} levels, or has a number beyond the range of a 64-bit float`;

function ambiguous({ path, problem }: JsonAmbiguity): ConcheError {
  return badRequest(
    `the body: ${oneLine(path, problem)}`,
    "say each name once, in text and numbers that every reader of JSON reads alike",
  );
}

function bodyProblem(text: string): ConcheError {
  if (text.trim() === "") return badRequest("the body is empty, and is to be JSON");
  try {
    JSON.parse(text);
  } catch (error) {
    return badRequest(`the body is no JSON: ${String(error)}`);
  }
  return badRequest("the body has a name that is not taken: __proto__, or prototype of constructor");
}
