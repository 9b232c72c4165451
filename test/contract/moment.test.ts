import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { readMoment } from "../../src/contract/moment.ts";

const at = (iso: string) => Date.parse(iso);

describe("readMoment", () => {
  for (const [text, iso] of [
    ["2026-01-11T08:30:00.250+01:00", "2026-01-11T07:30:00.250Z"],
    ["2026-01-11T08:30:00.123456789Z", "2026-01-11T08:30:00.123Z"],
    ["2026-01-11T10:00:00.123456+00:00", "2026-01-11T10:00:00.123Z"],
    ["2026-01-11 08:30:00", "2026-01-11T08:30:00Z"],
    ["2026-01-11t08:30z", "2026-01-11T08:30:00Z"],
    ["2026-01-11T08:30:00,5Z", "2026-01-11T08:30:00.500Z"],
    ["2026-01-11", "2026-01-11T00:00:00Z"],
    [" 2024-02-29 ", "2024-02-29T00:00:00Z"],
    ["1768120200250", "2026-01-11T08:30:00.250Z"],
    ["2026-01-11 08:30 Africa/Tunis", "2026-01-11T07:30:00Z"],
    ["2026-01-11T08:30[Africa/Tunis]", "2026-01-11T07:30:00Z"],
    ["2026-07-11 08:30 Europe/Berlin", "2026-07-11T06:30:00Z"],
    ["2026-01-11 08:30 Asia/Kolkata", "2026-01-11T03:00:00Z"],
    ["2026-01-11 08:30 plant", "2026-01-11T07:30:00Z"],
  ] as const) {
    it(`reads ${text}`, () => {
      assert.equal(
        new Date(readMoment(text, { plant: "Africa/Tunis" })).toISOString(),
        new Date(at(iso)).toISOString(),
      );
    });
  }

  for (const [text, why] of [
    ["2026-02-30", /there is no 2026-02-30/],
    ["2026-02-29T08:00:00Z", /there is no 2026-02-29/],
    ["2026-01-11T25:00:00Z", /there is no/],
    ["2026-01-11 08:30 Nowhere/Town", /no such time zone/],
    ["2026-01-11 08:30 plant", /no such time zone/],
    ["2026-03-29 02:30 Europe/Berlin", /leave out/],
    ["2026-10-25 02:30 Europe/Berlin", /show twice/],
    ["yesterday", /must be a time such as/],
    ["", /must be a time such as/],
  ] as const) {
    it(`refuses "${text}"`, () => assert.throws(() => readMoment(text), why));
  }

  it("reads every time that JavaScript prints, and never anything but a moment or an Error", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }),
        (date) => {
          assert.equal(readMoment(date.toISOString()), date.getTime());
        },
      ),
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        try {
          assert.ok(Number.isSafeInteger(readMoment(text)));
        } catch (error) {
          assert.ok(error instanceof Error && / time/.test(error.message));
        }
      }),
    );
  });
});
