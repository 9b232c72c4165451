import { type Static, type TSchema, Type } from "typebox";
import { Compile } from "typebox/compile";

/** Ids in one request. */
export const MOST_IDS = 1_000;

const Id = Type.String({ minLength: 1, maxLength: 512 });
const Ids = Type.Array(Id, { minItems: 1, maxItems: MOST_IDS });
const Depth = Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000 }));
const Flag = Type.Optional(Type.Union([Type.Boolean(), Type.Null()]));
const Client = Type.String({ minLength: 1, maxLength: 512 });
const Subscription = Type.Object({ clientId: Client, subscriptionId: Id });

/** What requests must be. Fields that the guide doesn't name are let through: a later version may have them. */
const BODIES = {
  ids: Type.Object({ elementIds: Ids }),
  list: Type.Object({ elementIds: Ids, includeMetadata: Flag }),
  related: Type.Object({
    elementIds: Ids,
    includeMetadata: Flag,
    relationshipType: Type.Optional(Type.Union([Type.String({ maxLength: 512 }), Type.Null()])),
  }),
  value: Type.Object({ elementIds: Ids, maxDepth: Depth }),
  history: Type.Object({
    elementIds: Ids,
    startTime: Type.String({ maxLength: 40 }),
    endTime: Type.String({ maxLength: 40 }),
    maxDepth: Depth,
  }),
  create: Type.Object({
    clientId: Client,
    displayName: Type.Optional(Type.Union([Type.String({ maxLength: 200 }), Type.Null()])),
  }),
  subscriptions: Type.Object({ clientId: Client, subscriptionIds: Ids }),
  register: Type.Object({ clientId: Client, subscriptionId: Id, elementIds: Ids, maxDepth: Depth }),
  unregister: Type.Object({ clientId: Client, subscriptionId: Id, elementIds: Ids }),
  sync: Type.Object({
    clientId: Client,
    subscriptionId: Id,
    // What is no number of a batch acknowledges nothing, which is said in the guide; so it is let through.
    lastSequenceNumber: Type.Optional(Type.Unknown()),
  }),
  stream: Subscription,
};

type Bodies = typeof BODIES;
const checks = new Map<TSchema, ReturnType<typeof Compile>>();

/** A body that fits, or what is wrong with it in one sentence. */
export function bodyOf<Name extends keyof Bodies>(name: Name, body: unknown): Static<Bodies[Name]> | string {
  const schema = BODIES[name];
  let check = checks.get(schema);
  if (check === undefined) {
    check = Compile(schema);
    checks.set(schema, check);
  }
  if (check.Check(body)) return body as Static<Bodies[Name]>;
  const [first] = check.Errors(body);
  const where = first === undefined || first.instancePath === "" ? "the body" : first.instancePath.slice(1);
  return `${where}: ${first?.message ?? "does not fit"}`;
}
