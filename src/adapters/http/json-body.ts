import type { FastifyInstance } from "fastify";
import { badRequest } from "../../api/problem.ts";
import type { ConcheError } from "../../errors/conche-error.ts";

/** Bodies are JSON and say so: nothing else is taken, and what is wrong with one is said. */
export function takeJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>("application/json", { parseAs: "string" }, (request, text, done) => {
    parse(request, text, (error, body) => (error === null ? done(null, body) : done(bodyProblem(text))));
  });
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
