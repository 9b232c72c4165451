import type { FastifyInstance } from "fastify";

/** Which methods a path of the server takes (RFC 9110, 15.5.6), learned from its routes as they are added. */
export class AllowedMethods {
  readonly #routes: { readonly segments: readonly string[]; readonly methods: readonly string[] }[] = [];

  /** To be made before the routes are added; what answers everything below a path (`/api/*`) names nothing. */
  constructor(app: FastifyInstance) {
    app.addHook("onRoute", ({ url, method }) => {
      if (url.endsWith("*")) return;
      this.#routes.push({ segments: url.split("/"), methods: [method].flat() });
    });
  }

  /** None where there is no such path. */
  of(path: string): readonly string[] {
    const given = path.split("/");
    const fitting = this.#routes.filter(
      ({ segments }) =>
        segments.length === given.length &&
        segments.every((segment, place) => {
          const text = given[place] ?? "";
          return segment.startsWith(":") ? text !== "" : segment === text;
        }),
    );
    return [...new Set(fitting.flatMap(({ methods }) => methods))].sort();
  }
}
