import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { suite, test } from "node:test";
import type { UnnamedEvent } from "../../../src/trace/epcis/epcis-event.ts";
import { eventId } from "../../../src/trace/epcis/event-hash.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const GS1 = "https://id.gs1.org";

/**
 * Events of the reference implementation's example document `epcisDocWithVariousEventTypes`, with the ids that it
 * publishes for CBV 2.0 (github.com/RalphTro/epcis-event-hash-generator, MIT); lists are turned round, times are local.
 */
const PUBLISHED: readonly (readonly [hash: string, event: UnnamedEvent])[] = [
  [
    "253f0178f96349eedc207505b49044a602129605cf692e3d9f1f36c8bd1dfb0d",
    {
      type: "ObjectEvent",
      eventTime: "2019-10-21T11:00:30.000+01:00",
      eventTimeZoneOffset: "+01:00",
      epcList: [`${GS1}/00/052000011111111461`],
      action: "OBSERVE",
      bizStep: "departing",
      readPoint: { id: `${GS1}/414/5200001999012` },
      bizTransactionList: [
        { type: "inv", bizTransaction: "urn:epcglobal:cbv:bt:5200001000008:RE1099" },
        { type: "desadv", bizTransaction: "urn:epcglobal:cbv:bt:5200001000008:4711" },
      ],
      sourceList: [{ type: "possessing_party", source: `${GS1}/417/5200001000008` }],
      destinationList: [
        { type: "possessing_party", destination: `${GS1}/417/4000001987658` },
        { type: "location", destination: `${GS1}/414/4012345000122` },
      ],
    },
  ],
  [
    "c50842eb714406394a77fb7b517fea621c78a61f65549874de7c9e019afe7b6f",
    {
      type: "ObjectEvent",
      eventTime: "2019-10-21T15:45:00.000+01:00",
      eventTimeZoneOffset: "+01:00",
      epcList: [`${GS1}/00/040123451111111110`],
      action: "OBSERVE",
      bizStep: "inspecting",
      disposition: "in_progress",
      readPoint: { id: `${GS1}/414/4012345000245` },
    },
  ],
  [
    "c941e6486c561c2be83c28dc228c150eaef9a6befb1015e6cc563982fb7414b6",
    {
      type: "AggregationEvent",
      eventTime: "2019-10-21T11:58:56.591+02:00",
      eventTimeZoneOffset: "+02:00",
      parentID: `${GS1}/00/040470231111111229`,
      childEPCs: ["98", "97", "109", "107"].map((serial) => `${GS1}/01/04047023775511/21/${serial}`),
      action: "ADD",
      bizStep: "packing",
      readPoint: { id: `${GS1}/414/4047023000125` },
    },
  ],
  [
    "cfda50b7ff23682e989bafc3747ac9b752f405305fcde6618280f6be27344f35",
    {
      type: "AggregationEvent",
      eventTime: "2019-10-21T17:30:56.591+02:00",
      eventTimeZoneOffset: "+02:00",
      parentID: `${GS1}/00/040123441111111333`,
      childQuantityList: [
        { epcClass: `${GS1}/01/04054739999025/10/P2`, quantity: 12, uom: "KGM" },
        { epcClass: `${GS1}/01/04054739123451/10/lot2`, quantity: 17 },
      ],
      action: "ADD",
      bizStep: "packing",
      readPoint: { id: `${GS1}/414/4012345000252` },
    },
  ],
];

suite("EPCIS event ids", () => {
  for (const [hash, event] of PUBLISHED)
    test(`are those that the reference implementation publishes: ${event.type}, ${event.bizStep}`, () => {
      assert.equal(eventId(event, sha256), `ni:///sha-256;${hash}?ver=CBV2.0`);
    });
});
