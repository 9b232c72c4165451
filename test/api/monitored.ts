import assert from "node:assert/strict";
import { Compile } from "typebox/compile";
import type { ApiContext } from "../../src/api/context.ts";
import { ApiDoor } from "../../src/api/door.ts";
import { ROUTES } from "../../src/api/routes.ts";
import type { View, ViewMessage } from "../../src/views/view.ts";
import type { ViewReading } from "../../src/views/view-table.ts";
import { read } from "../monitor/told.ts";
import { contextOf, requestFor } from "./context.ts";

/** A context whose views have folded messages. */
export function contextAfter(messages: readonly ViewMessage[], parts: Partial<ApiContext>): ApiContext {
  const readings = new Map<View, ViewReading>();
  const reading = (view: View) => {
    const known = readings.get(view) ?? read(view, messages);
    readings.set(view, known);
    return known;
  };
  return contextOf({
    views: { reading, editions: () => [], findingCount: () => 0, findings: () => undefined },
    ...parts,
  });
}

/** Asks a route, and holds what it answers against its schema. */
export async function ask(route: string, query: Record<string, unknown>, context: ApiContext) {
  const { status, body } = await new ApiDoor(ROUTES).answer(requestFor(route, { query }), context);
  const answer = JSON.parse(body) as Record<string, unknown>;
  const definition = ROUTES.find(({ name }) => name === route);
  assert.ok(definition, `there is no route ${route}`);
  if (status === 200) {
    const { as_of: _, ...rest } = answer;
    const wrong = [...Compile(definition.answer).Errors(rest)].map((error) => JSON.stringify(error));
    assert.deepEqual(wrong, []);
  }
  // biome-ignore lint/suspicious/noExplicitAny: a test reads answers of every route.
  return { status, answer: answer as any };
}
