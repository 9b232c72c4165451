import { type CatalogueEntry, DOWN_CATALOGUE, UP_CATALOGUE } from "../catalogue.ts";
import { examplesOf } from "../examples/catalogue.ts";
import {
  BOOT_PATTERN,
  BOOT_PROPERTY,
  CONTENT_TYPE,
  REFILL_PROPERTY,
  SCHEMA_PROPERTY,
  SEQ_PROPERTY,
} from "../identity.ts";
import { DELIVERY_POLICY, type DeliveryPolicy, DOWN_POLICY } from "../policy.ts";
import { DOWN_KINDS, DOWN_ROOT, MESSAGE_TYPES, UP_ROOT } from "../topic.ts";
import { toDraft07 } from "./draft-07.ts";
import { schemaPath } from "./json-schema.ts";

/** Version of the MQTT bindings of AsyncAPI that is written. */
const MQTT_BINDING = "0.2.0";

const PARAMETERS = {
  site: { description: "the site: [a-z0-9][a-z0-9_-]{0,62}", examples: ["tunis-01"] },
  line: { description: "the line: [a-z0-9][a-z0-9_-]{0,62}", examples: ["line-a"] },
  step: { description: "the production step: s[0-9]_[a-z0-9_]+", examples: ["s5_tempering", "s8_packaging"] },
  machine: { description: "the machine: [a-z0-9][a-z0-9_-]{0,62}", examples: ["temper-01", "packer-03"] },
} as const;

/**
 * The contract as an AsyncAPI 3.0 document, seen from the data center: it receives what machines publish and
 * sends receipts and commands. Written as JSON, which is YAML too and needs no library.
 */
export function asyncApiDocument(): object {
  return {
    asyncapi: "3.0.0",
    id: "urn:conche:contract",
    info: {
      title: "Conche: chocolate factory to data center over MQTT",
      version: "2.0.0",
      description:
        "Machines publish telemetry, state, alarms, quality results and batch events; the data center answers with receipts of what is on its disk. Payloads without a field `v` are version 1.",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
      contact: { name: "Conche" },
      tags: [
        { name: "up", description: "machine to data center" },
        { name: "down", description: "data center to machine" },
      ],
    },
    defaultContentType: CONTENT_TYPE,
    servers: servers(),
    channels: {
      ...channels(UP_ROOT, MESSAGE_TYPES, UP_CATALOGUE),
      ...channels(DOWN_ROOT, DOWN_KINDS, DOWN_CATALOGUE),
    },
    operations: {
      ...operations("receive", MESSAGE_TYPES, UP_CATALOGUE, DELIVERY_POLICY),
      ...operations("send", DOWN_KINDS, DOWN_CATALOGUE, DOWN_POLICY),
    },
    components: components(),
  };
}

function servers(): object {
  return {
    embedded: {
      host: "127.0.0.1:1883",
      protocol: "mqtt",
      protocolVersion: "5",
      description:
        "the broker inside the data center, as it starts by default; any MQTT 5 or 3.1.1 broker will do",
    },
    site: {
      host: "broker.example:8883",
      protocol: "mqtts",
      protocolVersion: "5",
      description: "a site's broker with TLS and client certificates",
    },
  };
}

function messageId(entry: CatalogueEntry): string {
  return `${entry.type}V${entry.version}`;
}

function ofType(entries: readonly CatalogueEntry[], type: string): CatalogueEntry[] {
  return entries.filter((entry) => entry.type === type);
}

function channels(root: string, types: readonly string[], entries: readonly CatalogueEntry[]): object {
  return Object.fromEntries(
    types.map((type) => [
      type,
      {
        address: `${root}/{site}/{line}/{step}/{machine}/${type}`,
        title: type,
        parameters: PARAMETERS,
        messages: Object.fromEntries(
          ofType(entries, type).map((entry) => [
            messageId(entry),
            { $ref: `#/components/messages/${messageId(entry)}` },
          ]),
        ),
      },
    ]),
  );
}

function operations<Type extends string>(
  action: "receive" | "send",
  types: readonly Type[],
  entries: readonly CatalogueEntry[],
  policies: Readonly<Record<Type, DeliveryPolicy>>,
): object {
  return Object.fromEntries(
    types.map((type) => {
      const { qos, retain, why } = policies[type];
      const operation = {
        action,
        channel: { $ref: `#/channels/${type}` },
        title: `${action} ${type}`,
        summary: why,
        tags: [{ name: action === "receive" ? "up" : "down" }],
        messages: ofType(entries, type).map((entry) => ({
          $ref: `#/channels/${type}/messages/${messageId(entry)}`,
        })),
        bindings: { mqtt: { qos, retain, bindingVersion: MQTT_BINDING } },
      };
      return [`${action}${type.charAt(0).toUpperCase()}${type.slice(1)}`, operation];
    }),
  );
}

function components(): object {
  const entries = [...UP_CATALOGUE, ...DOWN_CATALOGUE];
  return {
    messages: Object.fromEntries(entries.map((entry) => [messageId(entry), message(entry)])),
    schemas: {
      ...Object.fromEntries(entries.map((entry) => [messageId(entry), toDraft07(entry.schema)])),
      userProperties: USER_PROPERTIES,
    },
  };
}

function message(entry: CatalogueEntry): object {
  const { title, description } = entry.schema as { title: string; description: string };
  return {
    name: entry.name,
    title,
    summary: description,
    contentType: CONTENT_TYPE,
    ...(entry.direction === "up" ? { headers: { $ref: "#/components/schemas/userProperties" } } : {}),
    payload: { $ref: `#/components/schemas/${messageId(entry)}` },
    bindings: {
      mqtt: { payloadFormatIndicator: 1, contentType: CONTENT_TYPE, bindingVersion: MQTT_BINDING },
    },
    examples: examplesOf(entry.name).map(({ name, summary, payload }) => ({ name, summary, payload })),
    "x-json-schema": schemaPath(entry),
  };
}

/** MQTT 5 user properties; a gateway stamps a message with them without touching its payload. */
const USER_PROPERTIES = {
  type: "object",
  description: "MQTT 5 user properties, all of them optional; their values are texts",
  properties: {
    [BOOT_PROPERTY]: {
      type: "string",
      pattern: BOOT_PATTERN.source,
      description: "the publisher's start that seq counts in; together with seq",
    },
    [SEQ_PROPERTY]: {
      type: "string",
      pattern: "^[0-9]{1,16}$",
      description: "1, 2, 3 … per machine and boot",
    },
    [SCHEMA_PROPERTY]: { type: "string", description: "the payload's schema, for example telemetry/2" },
    [REFILL_PROPERTY]: { type: "string", description: "1 when the message is sent again to close a gap" },
  },
};
