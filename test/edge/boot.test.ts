import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { BOOT_PATTERN } from "../../src/contract/identity.ts";
import { bootOf, newBoot } from "../../src/edge/boot.ts";

describe("newBoot", () => {
  it("is a version 7 UUID that the contract takes", () => {
    const boot = newBoot(Date.parse("2026-01-11T10:00:00Z"), randomBytes);
    assert.match(boot, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.match(boot, BOOT_PATTERN);
  });

  it("gives the example of RFC 9562, appendix A.6", () => {
    const bits = Buffer.from("0000000000000cc318c4dc0c0c07398f", "hex");
    assert.equal(
      newBoot(0x017f22e279b0, () => bits),
      "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
    );
  });

  it("sorts by time of start", () => {
    const time = fc.integer({ min: 0, max: 2 ** 47 });
    fc.assert(
      fc.property(time, time, (a, b) => {
        fc.pre(a < b);
        assert.ok(newBoot(a, randomBytes) < newBoot(b, randomBytes));
      }),
    );
  });
});

describe("bootOf", () => {
  it("is the same for the same, and another one for anything else", () => {
    const at = Date.parse("2026-01-11T10:00:00Z");
    const boot = bootOf(at, "seed 1");
    assert.match(boot, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(bootOf(at, "seed 1"), boot);
    assert.equal(new Set([boot, bootOf(at, "seed 2"), bootOf(at + 1, "seed 1")]).size, 3);
  });
});
