import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { EpcisEvent } from "../../../src/trace/epcis/epcis-event.ts";
import { fitsFilter } from "../../../src/trace/epcis/event-filter.ts";

const COMMON = {
  eventID: "ni:///sha-256;0?ver=CBV2.0",
  eventTime: "2026-01-11T08:00:00.000Z",
  eventTimeZoneOffset: "+00:00",
  readPoint: { id: "https://id.example.com/loc/a" },
};
const packed: EpcisEvent = {
  ...COMMON,
  type: "AggregationEvent",
  action: "ADD",
  bizStep: "packing",
  parentID: "https://id.gs1.org/00/061912340000012345",
  childEPCs: ["https://id.example.com/obj/case-1"],
  childQuantityList: [{ epcClass: "https://id.example.com/class/L1.F", quantity: 20 }],
};
const made: EpcisEvent = {
  ...COMMON,
  type: "TransformationEvent",
  bizStep: "commissioning",
  disposition: "active",
  inputQuantityList: [{ epcClass: "https://id.example.com/class/L1.M1", quantity: 900, uom: "KGM" }],
  outputQuantityList: [{ epcClass: "https://id.example.com/class/L1.C", quantity: 899, uom: "KGM" }],
};

suite("filters of the EPCIS query interface", () => {
  test("one of each list has to fit, and every list", () => {
    assert.ok(fitsFilter(packed, {}));
    assert.ok(
      fitsFilter(packed, { eventType: ["ObjectEvent", "AggregationEvent"], EQ_bizStep: ["packing"] }),
    );
    assert.ok(!fitsFilter(packed, { eventType: ["AggregationEvent"], EQ_bizStep: ["shipping"] }));
    assert.ok(fitsFilter(made, { EQ_disposition: ["active"], EQ_readPoint: [COMMON.readPoint.id] }));
    assert.ok(!fitsFilter(packed, { EQ_disposition: ["active"] }));
    assert.ok(!fitsFilter(packed, { EQ_bizLocation: ["https://id.example.com/loc/b"] }));
  });

  test("a transformation has no action, so that none fits", () => {
    assert.ok(fitsFilter(packed, { EQ_action: ["ADD"] }));
    assert.ok(!fitsFilter(made, { EQ_action: ["ADD"] }));
  });

  test("identifiers and lots are found wherever they stand, whole or by their beginning", () => {
    assert.ok(fitsFilter(packed, { MATCH_anyEPC: ["https://id.gs1.org/00/061912340000012345"] }));
    assert.ok(fitsFilter(packed, { MATCH_anyEPC: ["https://id.example.com/obj/*"] }));
    assert.ok(!fitsFilter(packed, { MATCH_anyEPC: ["https://id.example.com/obj/case"] }));
    assert.ok(fitsFilter(packed, { MATCH_anyEPCClass: ["https://id.example.com/class/L1.F"] }));
    for (const lot of ["L1.M1", "L1.C"])
      assert.ok(fitsFilter(made, { MATCH_anyEPCClass: [`https://id.example.com/class/${lot}`] }));
    assert.ok(!fitsFilter(made, { MATCH_anyEPC: ["https://id.example.com/class/*"] }));
  });
});
