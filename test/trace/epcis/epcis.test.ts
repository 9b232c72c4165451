import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { suite, test } from "node:test";
import { GENEALOGY_EXAMPLES } from "../../../src/contract/examples/batch-genealogy.ts";
import type { UnnamedEvent } from "../../../src/trace/epcis/epcis-event.ts";
import {
  epcisDocument,
  epcisEvents,
  epcisQueryDocument,
  eventsBetween,
} from "../../../src/trace/epcis/epcis-export.ts";
import { preHash } from "../../../src/trace/epcis/event-hash.ts";
import { Identifiers } from "../../../src/trace/epcis/identifiers.ts";
import type { EpcisDependencies } from "../../../src/trace/epcis/to-epcis.ts";
import { viewMessage } from "../../monitor/simulated-messages.ts";
import { genealogyAfter } from "../told-events.ts";
import { schemaErrors } from "./official-schema.ts";

const parts: EpcisDependencies = {
  ids: new Identifiers("https://id.example.com/"),
  sha256: (text) => createHash("sha256").update(text).digest("hex"),
  offsetAt: () => "+01:00",
  sensors: (machine, fromMs, toMs) => [
    {
      sensorMetadata: {
        startTime: new Date(fromMs).toISOString(),
        endTime: new Date(toMs).toISOString(),
        deviceID: `https://id.example.com/device/${machine}`,
      },
      sensorReport: [{ type: "Temperature", minValue: 44, maxValue: 48.5, meanValue: 46.2, uom: "CEL" }],
    },
  ],
};

/** One of every kind of event that the contract knows of. */
const genealogy = genealogyAfter(
  GENEALOGY_EXAMPLES.map(({ topic, payload }, index) => viewMessage(topic, payload as never, index + 1)),
);
const exported = () => epcisEvents(eventsBetween(genealogy, 0, Number.MAX_SAFE_INTEGER), parts);

suite("EPCIS 2.0", () => {
  test("a document, and the answer of a query, of every kind of event pass GS1's schema", () => {
    const events = exported();
    assert.deepEqual([...new Set(events.map(({ type }) => type))].sort(), [
      "AggregationEvent",
      "ObjectEvent",
      "TransformationEvent",
    ]);
    const steps = new Set(events.map(({ bizStep }) => bizStep));
    for (const step of [
      "receiving",
      "commissioning",
      "packing",
      "unpacking",
      "shipping",
      "destroying",
      "inspecting",
    ])
      assert.ok(steps.has(step), step);
    assert.deepEqual(schemaErrors(epcisDocument(events, Date.now())), []);
    assert.deepEqual(schemaErrors(epcisQueryDocument(events, Date.now())), []);
    assert.ok(events.some(({ sensorElementList = [] }) => sensorElementList.length > 0));
  });

  test("the schema finds what is wrong, so that passing it means something", () => {
    const [first] = exported();
    const wrong = (change: object) =>
      schemaErrors(epcisDocument([{ ...first, ...change } as never], Date.now()));
    assert.notDeepEqual(wrong({ action: "MADE" }), []);
    assert.notDeepEqual(wrong({ bizStep: "baking" }), []);
    assert.notDeepEqual(wrong({ eventTime: "yesterday" }), []);
  });

  test("an export twice is the same events; another event has another id", () => {
    const [once, again] = [exported(), exported()];
    assert.deepEqual(once, again);
    assert.equal(new Set(once.map(({ eventID }) => eventID)).size, once.length);
    for (const { eventID } of once) assert.match(eventID, /^ni:\/\/\/sha-256;[0-9a-f]{64}\?ver=CBV2\.0$/);
  });

  test("the text that is hashed has the order of CBV 2.0, lists sorted, no spelling left", () => {
    const event: UnnamedEvent = {
      type: "ObjectEvent",
      eventTime: "2026-03-04T11:00:30.000+01:00",
      eventTimeZoneOffset: "+01:00",
      epcList: ["https://id.gs1.org/00/395212340000001189", "https://id.gs1.org/00/095212340000001182"],
      action: "OBSERVE",
      bizStep: "departing",
      readPoint: { id: "https://id.example.com/loc/a" },
      bizTransactionList: [{ type: "desadv", bizTransaction: "https://id.example.com/bt/1" }],
    };
    assert.equal(
      preHash(event),
      "eventType=ObjectEventeventTime=2026-03-04T10:00:30.000ZeventTimeZoneOffset=+01:00" +
        "epcListepc=https://id.gs1.org/00/095212340000001182epc=https://id.gs1.org/00/395212340000001189" +
        "action=OBSERVEbizStep=https://ref.gs1.org/cbv/BizStep-departingreadPointid=https://id.example.com/loc/a" +
        "bizTransactionListtype=https://ref.gs1.org/cbv/BTT-desadvbizTransaction=https://id.example.com/bt/1",
    );
  });

  test("GS1 keys become Digital Links, what has none a URI of the company", () => {
    const ids = new Identifiers("https://id.example.com");
    assert.equal(ids.unit("395212340000001189"), "https://id.gs1.org/00/395212340000001189");
    assert.equal(ids.lot("LOT-7", "9521234000426"), "https://id.gs1.org/01/09521234000426/10/LOT-7");
    assert.equal(
      ids
        .lot("a lot with a name beyond 20 signs", "9521234000426")
        .startsWith("https://id.example.com/class/"),
      true,
    );
    assert.equal(ids.party("9521234900108"), "https://id.gs1.org/417/9521234900108");
  });
});
