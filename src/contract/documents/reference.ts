import { type CatalogueEntry, DOWN_CATALOGUE, UP_CATALOGUE } from "../catalogue.ts";
import { examplesOf } from "../examples/catalogue.ts";
import type { PayloadExample } from "../examples/example.ts";
import { DELIVERY_POLICY, DOWN_POLICY } from "../policy.ts";
import { DOWN_KINDS, MESSAGE_TYPES } from "../topic.ts";
import { alternativesText, type FieldRow, fieldRows, type SchemaNode } from "./field-table.ts";
import { schemaPath } from "./json-schema.ts";

/** The contract as a page for people. */
export function referencePage(): string {
  return [
    INTRODUCTION,
    policySection(),
    IDENTITY_SECTION,
    VERSION_SECTION,
    ...MESSAGE_TYPES.flatMap((type) => [
      `## ${type}`,
      ...UP_CATALOGUE.filter((entry) => entry.type === type)
        .toReversed()
        .map(payloadSection),
    ]),
    DOWN_SECTION,
    ...DOWN_CATALOGUE.map(payloadSection),
  ]
    .join("\n\n")
    .concat("\n");
}

const INTRODUCTION = `# The contract on the wire

Generated from \`src/contract\` by \`npm run generate\`; changes made here are lost. The same as schemas:
[\`schemas/\`](schemas) (JSON Schema 2020-12), [\`asyncapi.json\`](asyncapi.json) (AsyncAPI 3.0).

## Your first valid alarm

With a data center running (\`npm start\`): ask what it would say, publish, look.

\`\`\`sh
echo '{"v":2,"ts":"'$(date -u +%FT%TZ)'","alarm_id":"temp-high","event":"raised","code":"TEMP_HIGH","priority":"high","message":"too warm: open the cooling water"}' | npx conche check --topic factory/tunis-01/line-a/s5_tempering/temper-01/alarm -
mosquitto_pub -q 1 -t factory/tunis-01/line-a/s5_tempering/temper-01/alarm -m '{"v":2,"ts":"'$(date -u +%FT%TZ)'","alarm_id":"temp-high","event":"raised","code":"TEMP_HIGH","priority":"high","message":"too warm: open the cooling water"}'
npx conche alarms list
\`\`\`

\`alarm_id\` is the same each time it comes; \`event\` is \`raised\`, and \`cleared\` when it is over. Product and batch, the
value and its limit are welcome. What each field means: [alarm](#alarm).

## Topics

| direction | topic |
|---|---|
| up | \`factory/<site>/<line>/<step>/<machine>/<message_type>\`, message type one of ${wordList(MESSAGE_TYPES)} |
| down | \`datacenter/<site>/<line>/<step>/<machine>/<kind>\`, kind one of ${wordList(DOWN_KINDS)} |

Site, line and machine match \`[a-z0-9][a-z0-9_-]{0,62}\`, a step \`s[0-9]_[a-z0-9_]+\`. A gateway is a machine of
\`s0_edge\`, the line controller one of \`s0_batch\`, and people act as a desk of \`s0_office\`. The two roots are apart,
so that a bridge needs two rules and the data center never reads its own messages.`;

function policySection(): string {
  const rows = [
    ...MESSAGE_TYPES.map((type) => ({ type, ...DELIVERY_POLICY[type] })),
    ...DOWN_KINDS.map((type) => ({ type, ...DOWN_POLICY[type] })),
  ].map(({ type, qos, retain, why }) => `| ${type} | ${qos} | ${retain ? "yes" : "no"} | ${why} |`);
  return `## Delivery policy

| type | QoS | retained | why |
|---|---|---|---|
${rows.join("\n")}

A message that breaks the policy is stored, flagged and counted; a higher QoS is never wrong.`;
}

const IDENTITY_SECTION = `## Identity

\`boot\` is new at each start of the publisher and sortable (a UUIDv7); \`seq\` counts 1, 2, 3 … per machine and boot,
over all message types. Both travel in the payload or as MQTT 5 user properties of the same names, so that a gateway
can stamp a machine that knows nothing of them; given in both places they must agree, and one without the other is
refused. The same machine, boot and seq again is a duplicate; a missing seq is a gap; a used seq with other bytes is
a conflict. A message without identity is stored at least once and shown as unsequenced.

| MQTT 5 property | value |
|---|---|
| content type | \`application/json\` |
| user property \`boot\`, \`seq\` | the identity, where it isn't in the payload |
| user property \`schema\` | the payload's schema, for example \`telemetry/2\` |
| user property \`refill\` | \`1\` when the message is sent again to close a gap |`;

const VERSION_SECTION = `## Versions

A payload without \`v\` is version 1: what machines sent before there were versions, accepted for ever. Fields that a
schema doesn't name are tolerated in every version, so that a newer publisher can talk to an older data center; a
machine's own additions belong into \`extra\`. A version only grows by optional fields and new words; a removed or
retyped field or a new required one makes a new version. Numbers must fit a 64-bit float (\`1e400\` is refused).
Readers never see an older version: it is brought to the current one in one place.`;

const DOWN_SECTION = `## From the data center to the machine

A receipt is published after the commit, at most every few hundred milliseconds per machine and only when something
changed. The publisher deletes from its outbox what a receipt covers and sends again what it lists as missing, at
QoS 1 and marked as refill, telemetry included while its ring buffer still has it. A receipt for another boot, or one
that goes backwards, is ignored. Only the data center may publish below \`datacenter/\`.`;

function payloadSection(entry: CatalogueEntry): string {
  const schema = entry.schema as SchemaNode;
  const examples = examplesOf(entry.name);
  const heading = `### ${schema.title} (\`${entry.name}\`)

${schema.description}. Schema: [\`${schemaPath(entry)}\`](${schemaPath(entry)}).`;
  const parts = [heading, fieldTable(schema)];
  if (schema.oneOf === undefined) parts.push(...examples.map(exampleBlock));
  else parts.push(...schema.oneOf.map((member) => memberSection(member, examples)));
  return parts.join("\n\n");
}

/** One member of a union, with its own fields and the examples that are of it. */
function memberSection(member: SchemaNode, examples: readonly PayloadExample[]): string {
  const name = member.properties?.event?.const;
  const own = examples.filter((example) => (example.payload as { event?: unknown }).event === name);
  return [
    `#### \`${String(name)}\`: ${member.title}`,
    `${member.description}.`,
    fieldTable(member),
    ...own.map(exampleBlock),
  ].join("\n\n");
}

function fieldTable(schema: SchemaNode): string {
  const table = [
    "| field | type | required | meaning, unit |",
    "|---|---|---|---|",
    ...fieldRows(schema).map(fieldLine),
  ];
  const alternatives = alternativesText(schema);
  return [table.join("\n"), ...(alternatives === undefined ? [] : [`Has ${alternatives}.`])].join("\n\n");
}

function fieldLine(row: FieldRow): string {
  const cells = [`\`${row.path}\``, row.type, row.required ? "yes" : "", row.meaning];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function exampleBlock(example: PayloadExample): string {
  return `Example, ${example.summary}; on \`${example.topic}\`:

\`\`\`json
${JSON.stringify(example.payload, null, 2)}
\`\`\``;
}

function wordList(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(", ");
}
