import type { ApiContext } from "../context.ts";
import type { Route } from "../route.ts";

/** What a question is asked of: routes of the API, each with the part of its answer that is looked at. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/**
 * The answer of a route, asked from within: what the page shows and what the question says is then the same.
 * @throws ConcheError as the route does
 */
export async function answerOf<Answer>(
  routes: readonly Route[],
  name: string,
  context: ApiContext,
  query: object,
  params: object = {},
): Promise<Answer> {
  const route = routes.find((each) => each.name === name);
  if (route === undefined) throw new TypeError(`no route ${name}`); // a test asks every question
  // Safe: the route's own schema says what it answers, and what is read of it is a part of that.
  return (await route.handle({ query, params, body: {} } as never, context)) as Answer;
}

/** A span as the API's queries want it, ISO 8601. */
export function spanOf({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): Span {
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}
