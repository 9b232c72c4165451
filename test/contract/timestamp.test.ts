import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { TS } from "../../src/contract/schemas/envelope.ts";
import { parseTimestamp } from "../../src/contract/timestamp.ts";
import { compile } from "../../src/contract/validator.ts";
import { timestamps } from "./arbitrary-payloads.ts";

describe("parseTimestamp", () => {
  it("agrees with the platform on every time stamp of the contract", () => {
    fc.assert(
      fc.property(timestamps, (text) =>
        assert.equal(parseTimestamp(text), Date.parse(text.replace(/(\.[0-9]{3})[0-9]+/, "$1"))),
      ),
    );
  });

  it("knows the calendar, from year 0 to 9999", () => {
    for (const day of [
      "0000-02-29",
      "0001-01-01",
      "1600-02-29",
      "1900-02-28",
      "2000-02-29",
      "2024-02-29",
      "9999-12-31",
    ]) {
      assert.equal(parseTimestamp(`${day}T12:00:00Z`), Date.parse(`${day}T12:00:00Z`), day);
    }
    for (const day of [
      "2023-02-29",
      "1900-02-29",
      "2026-04-31",
      "2026-00-10",
      "2026-13-01",
      "2026-01-00",
      "2026-01-32",
    ]) {
      assert.equal(parseTimestamp(`${day}T12:00:00Z`), null, day);
    }
  });

  it("cuts digits below the millisecond", () => {
    assert.equal(parseTimestamp("2026-01-11T08:30:00.999999+00:00"), Date.parse("2026-01-11T08:30:00.999Z"));
    assert.equal(parseTimestamp("2026-01-11T08:30:00.5Z"), Date.parse("2026-01-11T08:30:00.500Z"));
  });

  it("takes a leap second where there can be one", () => {
    const next = Date.parse("2017-01-01T00:00:00Z");
    assert.equal(parseTimestamp("2016-12-31T23:59:60Z"), next);
    assert.equal(parseTimestamp("2017-01-01T00:59:60.25+01:00"), next + 250);
    assert.equal(parseTimestamp("2016-12-31T12:00:60Z"), null);
  });

  it("refuses everything else", () => {
    const texts = [
      "",
      "unknown",
      "2026-01-11",
      "2026-01-11T08:30:00",
      "2026-01-11 08:30:00Z",
      "2026-01-11t08:30:00z",
      "2026-01-11T08:30Z",
      "2026-01-11T24:00:00Z",
      "2026-01-11T08:60:00Z",
      "2026-01-11T08:30:61Z",
      "2026-01-11T08:30:00.Z",
      "2026-01-11T08:30:00.1234567890Z",
      "2026-01-11T08:30:00+0100",
      "2026-01-11T08:30:00+24:00",
      "2026-01-11T08:30:00+01:60",
      "2026-01-11T08:30:00Z ",
      "2026-01-11T08:30:00ZZ",
      "20260111T083000Z",
      "١٢٣٤-01-11T08:30:00Z",
      "1768120200000",
    ];
    for (const text of texts) assert.equal(parseTimestamp(text), null, JSON.stringify(text));
  });

  it("takes nothing that the published pattern refuses, and the pattern nothing else but wrong days", () => {
    const fitsPattern = compile(TS);
    const digit = fc.constantFrom(..."0123456789");
    const nearly = fc
      .tuple(timestamps, fc.nat(40), fc.oneof(digit, fc.constantFrom(..."TZ+-:. x")))
      .map(([text, at, character]) => text.slice(0, at) + character + text.slice(at + 1));
    fc.assert(
      fc.property(nearly, (text) => {
        const ms = parseTimestamp(text);
        if (ms !== null) assert.equal(fitsPattern(text), null, text);
        else if (fitsPattern(text) === null) assert.match(text, /-(02|04|06|09|11)-(29|30|31)T|:60/, text);
      }),
      { numRuns: 2000 },
    );
  });
});
