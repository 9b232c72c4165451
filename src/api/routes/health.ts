import { Type } from "typebox";
import { closed, type Route, route } from "../route.ts";

const health = route({
  method: "GET",
  path: "/api/health",
  name: "health",
  area: "Server",
  summary: "Is it alive, is it taking messages, and if not, why",
  answer: closed({
    version: Type.String(),
    alive: Type.Boolean(),
    ready: Type.Boolean(),
    checks: Type.Array(closed({ name: Type.String(), ok: Type.Boolean(), detail: Type.String() })),
  }),
  list: "checks",
  changesWith: ["now"],
  handle(_request, { version, health: report }) {
    const { alive, ready, checks } = report();
    return { version, alive, ready, checks: checks.map(({ name, ok, detail }) => ({ name, ok, detail })) };
  },
});

/** `GET /api/health`. */
export const healthRoutes: readonly Route[] = [health];
