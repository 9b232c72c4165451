import { Type } from "typebox";
import { decidedBefore } from "../../log/decided-before.ts";
import type { QuarantineSummary } from "../../log/quarantine-reading.ts";
import { QUARANTINE_REASONS, QUARANTINE_STATES, type QuarantineReason } from "../../log/quarantine-reason.ts";
import type { WhoAndWhy } from "../../log/replay-log.ts";
import { unknownNames } from "../../log/unknown-names.ts";
import { isoTime } from "../../time/iso-time.ts";
import { keyOf, NEXT, PAGE, page } from "../paging.ts";
import { PERIOD, Time, timeOf } from "../period.ts";
import { personName, words } from "../person.ts";
import { closed, type Route, route } from "../route.ts";
import { orNull, UNKNOWN } from "../schemas.ts";

const REASONS = Object.keys(QUARANTINE_REASONS) as QuarantineReason[];
/** What `<site>/<line>/<step>/<machine>` or one level of it is made of. */
const MACHINE = "^[a-z0-9][a-z0-9_/-]{0,255}$";

const ONE = closed({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) });

const SUMMARY = {
  id: Type.Integer({ description: "Its number in quarantine" }),
  received_at: Time,
  topic: Type.String(),
  reason: Type.String(),
  detail: Type.String({ description: "What keeps it from being stored, in one line" }),
  schema: orNull(Type.String({ description: "The schema that was tried, as alarm/2" })),
  machine: orNull(Type.String()),
  boot: orNull(Type.String()),
  seq: orNull(Type.Integer()),
  qos: Type.Integer(),
  retain: Type.Boolean(),
  payload_bytes: Type.Integer(),
  replayed_at: orNull(Time),
  replayed_as: orNull(Type.Integer({ description: "The message of the log that it became" })),
  note: orNull(Type.String()),
  state: Type.Enum([...QUARANTINE_STATES], {
    description:
      "open: somebody has to look at it; replayed, or corrected: it is in the log; dismissed: looked at, and left here",
  }),
  decided_at: orNull(Time),
  decided_by: orNull(Type.String({ description: "The person who corrected or dismissed it" })),
  why: orNull(Type.String({ description: "The person's reason" })),
};

const OUTCOME = {
  outcome: Type.Enum(["stored", "duplicate", "refused"]),
  detail: Type.String({ description: "Why it is refused still; empty otherwise" }),
};

const list = route({
  method: "GET",
  path: "/api/quarantine",
  name: "quarantine",
  area: "Quarantine",
  summary: "Messages that were kept aside, and why; oldest first",
  query: closed({
    reason: Type.Optional(Type.Enum(REASONS)),
    machine: Type.Optional(
      Type.String({ pattern: MACHINE, description: "A machine's name, or <site>/<line>/<step>/<machine>" }),
    ),
    state: Type.Optional(
      Type.Enum([...QUARANTINE_STATES, "all"], { description: "open unless said otherwise" }),
    ),
    text: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: "Only where topic or detail contain it" }),
    ),
    from: PERIOD.from,
    to: PERIOD.to,
    ...PAGE,
  }),
  answer: closed({
    quarantined: Type.Array(closed(SUMMARY)),
    open_by_reason: Type.Array(closed({ reason: Type.String(), open: Type.Integer() })),
    unknown: UNKNOWN,
    by_state: closed(Object.fromEntries(QUARANTINE_STATES.map((each) => [each, Type.Integer()]))),
    next: NEXT,
  }),
  list: "quarantined",
  changesWith: ["now"],
  handle({ query }, context) {
    const { reason, machine, state, text, from, to, limit = 100, cursor } = query;
    const quarantine = context.quarantine();
    const found = quarantine.list({
      ...{ reason, machine, state, text, limit: limit + 1 },
      ...{ sinceMs: timeOf("from", from), untilMs: timeOf("to", to) },
      afterId: Number(keyOf(cursor, 1)?.[0] ?? 0),
    });
    const { rows, next } = page(found, limit, ({ id }) => [id]);
    const open = Array.from(quarantine.openByReason(), ([each, count]) => ({ reason: each, open: count }));
    const unknown =
      rows.length > 0 || machine === undefined
        ? []
        : unknownNames(context.log(), { machine: machine.split("/").at(-1) });
    return {
      ...{ quarantined: rows.map(shown), open_by_reason: open, unknown },
      ...{ by_state: quarantine.countByState(), next },
    };
  },
});

const one = route({
  method: "GET",
  path: "/api/quarantine/{id}",
  name: "quarantinedMessage",
  area: "Quarantine",
  summary: "One message that was kept aside, with all its bytes",
  params: ONE,
  answer: closed({
    quarantined: closed({
      ...SUMMARY,
      properties: orNull(Type.String({ description: "Its MQTT 5 properties as JSON" })),
      payload_base64: Type.String({ description: "Byte by byte" }),
      payload_text: Type.String({ description: "The same read as UTF-8, for people" }),
    }),
  }),
  changesWith: ["now"],
  handle({ params: { id } }, context) {
    const found = context.quarantine().get(id);
    const bytes = Buffer.from(found.payload);
    return {
      quarantined: {
        ...shown({ ...found, payloadBytes: bytes.length }),
        properties: found.propertiesJson,
        payload_base64: bytes.toString("base64"),
        payload_text: bytes.toString("utf8"),
      },
    };
  },
});

const WRITES_THE_LOG =
  "A running data center does it itself, between two commits; `conche serve` answers 409 (CONCHE_LOG_IN_USE) while another process writes the log.";

const replay = route({
  method: "POST",
  path: "/api/quarantine/{id}/replay",
  name: "replayQuarantined",
  area: "Quarantine",
  summary: "Puts a message through again, after a schema or the plant was corrected",
  description: `What the contract takes now is stored and leaves quarantine, in one transaction. ${WRITES_THE_LOG}`,
  params: ONE,
  answer: closed(OUTCOME),
  changesWith: ["now"],
  async handle({ params: { id } }, context) {
    context.quarantine().get(id);
    const [outcome] = await context.quarantineWork.replay([id], context.login?.name);
    if (outcome === undefined)
      return { outcome: "refused" as const, detail: decidedBefore(context.quarantine().get(id)) };
    return { outcome: outcome.kind, detail: outcome.detail };
  },
});

const PERSON = {
  by: personName("The person who decides it", 500),
  why: words("The reason, in a sentence", 500),
};
const correct = route({
  method: "POST",
  path: "/api/quarantine/{id}/correct",
  name: "correctQuarantined",
  area: "Quarantine",
  summary: "Stores a corrected copy of a message; the original stays in quarantine, with who and why",
  description: `The copy keeps the number of its original and is flagged \`corrected\`. What is still wrong is said, all of it, and nothing is stored then. What is in the log already is refused (409, CONCHE_ACTION_REFUSED) with who decided it, when and why. ${WRITES_THE_LOG}`,
  params: ONE,
  body: closed({
    ...PERSON,
    payload: Type.String({ description: "The whole payload as it should have been, as text" }),
    topic: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1_024, description: "Where it should have been published" }),
    ),
  }),
  answer: closed(OUTCOME),
  changesWith: ["now"],
  async handle({ params: { id }, body: { payload, topic, by, why } }, context) {
    context.quarantine().get(id);
    const copy = { payload: Buffer.from(payload), topic };
    const { kind, detail } = await context.quarantineWork.correct(id, copy, person(by, why));
    return { outcome: kind, detail };
  },
});

const dismiss = route({
  method: "POST",
  path: "/api/quarantine/{id}/dismiss",
  name: "dismissQuarantined",
  area: "Quarantine",
  summary: "Marks a message as looked at, with a reason: it stays with all its bytes, and is open no more",
  description: `It can still be shown, replayed or corrected. What isn't open is refused (409, CONCHE_ACTION_REFUSED) with what was decided, by whom, when and why. ${WRITES_THE_LOG}`,
  params: ONE,
  body: closed(PERSON),
  answer: closed({
    dismissed: Type.Boolean({
      description: "false: the same person has dismissed it for the same reason before",
    }),
  }),
  changesWith: ["now"],
  async handle({ params: { id }, body: { by, why } }, context) {
    context.quarantine().get(id);
    return { dismissed: (await context.quarantineWork.dismiss([id], person(by, why))) > 0 };
  },
});

function person(by: string, why: string): WhoAndWhy {
  return { by: by.trim(), why: why.trim() };
}

function shown(summary: QuarantineSummary) {
  const { id, receivedAt, topic, reason, detail, schema, machine, boot, seq, qos, retain } = summary;
  return {
    ...{
      id,
      received_at: isoTime(receivedAt),
      topic,
      reason,
      detail,
      schema,
      machine,
      boot,
      seq,
      qos,
      retain,
    },
    payload_bytes: summary.payloadBytes,
    replayed_at: summary.replayedAt === null ? null : isoTime(summary.replayedAt),
    replayed_as: summary.replayedId,
    note: summary.note,
    state: summary.state,
    decided_at: summary.decision === null ? null : isoTime(summary.decision.at),
    decided_by: summary.decision?.by ?? null,
    why: summary.decision?.why ?? null,
  };
}

/** The quarantine: `GET` lists it and shows one message, `POST` replays, corrects or dismisses one. */
export const quarantineRoutes: readonly Route[] = [list, one, replay, correct, dismiss];
