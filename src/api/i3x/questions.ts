import { parseTimestamp } from "../../contract/timestamp.ts";
import type { Plant } from "../../plant/plant.ts";
import type { ApiContext } from "../context.ts";
import type { ApiAnswer, ApiRequest } from "../door.ts";
import { problemOf } from "../problem.ts";
import { type AddressSpace, addressSpaceOf, type I3xObject } from "./address-space.ts";
import { bodyOf } from "./bodies.ts";
import { bulk, failure, notThere, success } from "./envelope.ts";
import { I3xHistory, MOST_HISTORY_VALUES } from "./history.ts";
import { NAMESPACES, RELATIONSHIP_TYPES, type Relationship } from "./object-types.ts";
import { CurrentI3xValues } from "./values.ts";

/** Where i3X 1.0 (CESMII) is answered. */
export const I3X_BASE = "/api/i3x/v1";

interface Question {
  readonly method: "GET" | "POST" | "PUT";
  /** Below {@link I3X_BASE}. */
  readonly path: string;
  /** What the request is called on its way to whoever answers. */
  readonly name: string;
  readonly answer: (request: ApiRequest, context: ApiContext, space: AddressSpace) => ApiAnswer;
}

/** What is answered from plant, views and log. Subscriptions have a memory and are answered elsewhere. */
const QUESTIONS: readonly Question[] = [
  { method: "GET", path: "/namespaces", name: "i3x:namespaces", answer: () => success(NAMESPACES) },
  { method: "GET", path: "/objecttypes", name: "i3x:objecttypes", answer: objectTypes },
  { method: "POST", path: "/objecttypes/query", name: "i3x:objecttypes/query", answer: objectTypesByIds },
  { method: "GET", path: "/relationshiptypes", name: "i3x:relationshiptypes", answer: relationshipTypes },
  {
    method: "POST",
    path: "/relationshiptypes/query",
    name: "i3x:relationshiptypes/query",
    answer: relationshipTypesByIds,
  },
  { method: "GET", path: "/objects", name: "i3x:objects", answer: objects },
  { method: "POST", path: "/objects/list", name: "i3x:objects/list", answer: objectsByIds },
  { method: "POST", path: "/objects/related", name: "i3x:objects/related", answer: related },
  { method: "POST", path: "/objects/value", name: "i3x:objects/value", answer: values },
  { method: "POST", path: "/objects/history", name: "i3x:objects/history", answer: history },
  { method: "PUT", path: "/objects/value", name: "i3x:objects/value/write", answer: notWritten },
  { method: "PUT", path: "/objects/history", name: "i3x:objects/history/write", answer: notWritten },
];

/** What is asked of whom: for the server, which knows no more of it. */
export const I3X_QUESTIONS = QUESTIONS.map(({ method, path, name }) => ({ method, path, name }));
const BY_NAME = new Map(QUESTIONS.map((question) => [question.name, question]));

/** Whether a request is one of i3X. */
export function isI3x({ route }: Pick<ApiRequest, "route">): boolean {
  return BY_NAME.has(route);
}

/** Answers a question of i3X. Never throws. */
export function answerI3x(request: ApiRequest, context: ApiContext): ApiAnswer {
  try {
    const question = BY_NAME.get(request.route);
    if (question === undefined) return failure(404, "there is no such endpoint");
    return question.answer(request, context, addressSpaceOf(context.plant));
  } catch (error) {
    const { status, detail, hint } = problemOf(error);
    return failure(status, `${detail}: ${hint}`);
  }
}

/**
 * What the server is, as `GET /info` says it to everybody: nobody has to log in to find out what they speak to. It is
 * the same all along, so who isn't known takes nobody's turn.
 */
export function i3xInfo(plant: Plant, version: string): ApiAnswer {
  return success({
    specVersion: "1.0",
    serverVersion: version,
    serverName: `Conche: ${plant.document.name}`,
    capabilities: {
      query: { history: true },
      update: { current: false, history: false },
      subscribe: { stream: true },
    },
  });
}

function objectTypes({ query }: ApiRequest, _context: ApiContext, { types }: AddressSpace): ApiAnswer {
  return success(inNamespace(types.all, query.namespaceUri));
}

function objectTypesByIds({ body }: ApiRequest, _context: ApiContext, { types }: AddressSpace): ApiAnswer {
  const asked = bodyOf("ids", body);
  if (typeof asked === "string") return failure(400, asked);
  return bulk("elementId", asked.elementIds, (id) => {
    const result = types.byId.get(id);
    return result === undefined ? notThere("Object type", id) : { result };
  });
}

function relationshipTypes({ query }: ApiRequest): ApiAnswer {
  return success(inNamespace(RELATIONSHIP_TYPES, query.namespaceUri));
}

function relationshipTypesByIds({ body }: ApiRequest): ApiAnswer {
  const asked = bodyOf("ids", body);
  if (typeof asked === "string") return failure(400, asked);
  return bulk("elementId", asked.elementIds, (id) => {
    const result = RELATIONSHIP_TYPES.find(({ elementId }) => elementId === id);
    return result === undefined ? notThere("Relationship type", id) : { result };
  });
}

function objects({ query }: ApiRequest, _context: ApiContext, space: AddressSpace): ApiAnswer {
  const { typeElementId, includeMetadata, root } = query;
  const found = [...space.objects.values()].filter(
    (object) =>
      (typeElementId === undefined || object.typeElementId === typeElementId) &&
      (root !== "true" || object.parentId === null),
  );
  return success(found.map((object) => shown(object, space, includeMetadata === "true")));
}

function objectsByIds({ body }: ApiRequest, _context: ApiContext, space: AddressSpace): ApiAnswer {
  const asked = bodyOf("list", body);
  if (typeof asked === "string") return failure(400, asked);
  return bulk("elementId", asked.elementIds, (id) => {
    const object = space.objects.get(id);
    if (object === undefined) return notThere("Element", id);
    return { result: shown(object, space, asked.includeMetadata === true) };
  });
}

function related({ body }: ApiRequest, _context: ApiContext, space: AddressSpace): ApiAnswer {
  const asked = bodyOf("related", body);
  if (typeof asked === "string") return failure(400, asked);
  const { relationshipType: only = null, includeMetadata } = asked;
  if (only !== null && !RELATIONSHIP_TYPES.some(({ elementId }) => elementId === only)) {
    return failure(400, `relationshipType: there is no ${only}`);
  }
  return bulk("elementId", asked.elementIds, (id) => {
    const from = space.objects.get(id);
    if (from === undefined) return notThere("Element", id);
    const edges = [...from.related].filter(([relationship]) => only === null || relationship === only);
    const result = edges.flatMap(([relationship, ids]) =>
      ids.flatMap((to) => edgeTo(relationship, space.objects.get(to), space, includeMetadata === true)),
    );
    return { result };
  });
}

function values({ body }: ApiRequest, context: ApiContext, space: AddressSpace): ApiAnswer {
  const asked = bodyOf("value", body);
  if (typeof asked === "string") return failure(400, asked);
  const current = new CurrentI3xValues(context, space);
  return bulk("elementId", asked.elementIds, (id) => {
    const object = space.objects.get(id);
    return object === undefined
      ? notThere("Element", id)
      : { result: current.result(object, asked.maxDepth ?? 1) };
  });
}

function history({ body }: ApiRequest, context: ApiContext, space: AddressSpace): ApiAnswer {
  const asked = bodyOf("history", body);
  if (typeof asked === "string") return failure(400, asked);
  const fromMs = parseTimestamp(asked.startTime);
  const toMs = parseTimestamp(asked.endTime);
  if (fromMs === null || toMs === null) {
    return failure(400, "startTime and endTime must be RFC 3339 times, as 2026-01-11T08:00:00Z");
  }
  if (fromMs >= toMs) return failure(400, "startTime must be before endTime");
  const found = new I3xHistory(context, space, { fromMs, toMs });
  return bulk(
    "elementId",
    asked.elementIds,
    (id) => {
      const object = space.objects.get(id);
      return object === undefined
        ? notThere("Element", id)
        : { result: found.result(object, asked.maxDepth ?? 1) };
    },
    () =>
      found.cutShort
        ? `an answer holds ${MOST_HISTORY_VALUES} values: ask again from the last timestamp on, or for fewer elements`
        : undefined,
  );
}

/** Values come from machines, over the broker; what people do goes through the desk. */
function notWritten(): ApiAnswer {
  return failure(501, "values are not written here: machines say them over MQTT");
}

function inNamespace<Each extends { readonly namespaceUri: string }>(all: readonly Each[], uri: unknown) {
  return uri === undefined ? all : all.filter(({ namespaceUri }) => namespaceUri === uri);
}

function edgeTo(
  relationship: Relationship,
  object: I3xObject | undefined,
  space: AddressSpace,
  withMetadata: boolean,
) {
  return object === undefined
    ? []
    : [{ sourceRelationship: relationship, object: shown(object, space, withMetadata) }];
}

function shown(object: I3xObject, { types }: AddressSpace, withMetadata: boolean) {
  const { elementId, displayName, description, typeElementId, parentId, isComposition } = object;
  const plain = { elementId, displayName, typeElementId, parentId, isComposition, isExtended: false };
  if (!withMetadata) return plain;
  const type = types.byId.get(typeElementId);
  return {
    ...plain,
    metadata: {
      ...(description === undefined ? {} : { description }),
      typeNamespaceUri: type?.namespaceUri,
      sourceTypeId: type?.sourceTypeId,
      relationships: Object.fromEntries(
        Array.from(object.related, ([name, ids]) => [
          name,
          name === "HasParent" || name === "ComponentOf" ? ids[0] : ids,
        ]),
      ),
    },
  };
}
