import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { simulationFields, simulationLine } from "../../../src/adapters/terminal/simulation-line.ts";

suite("the simulated line in the summary", () => {
  const outbox = { leftBehind: 0, handedOver: 1_234, receipted: 1_234, waiting: 0, givenUp: 0 };

  test("says what was handed over and is on the data center's disk", () => {
    const line = simulationLine({ published: 1_234, refused: 0, outbox });
    assert.equal(line, "1,234 messages handed over, 1,234 receipted, 0 waiting");
  });

  test("says what is not", () => {
    const troubled = { leftBehind: 7, handedOver: 1_234, receipted: 1_000, waiting: 231, givenUp: 10 };
    assert.equal(
      simulationLine({ published: 1_236, refused: 2, outbox: troubled }),
      "1,234 messages handed over, 7 left by an earlier run, 1,000 receipted, 231 waiting for a receipt, 10 given up, 2 refused",
    );
    assert.equal(simulationFields({ published: 1_236, refused: 2, outbox: troubled }).waiting, 231);
  });

  test("knows only published and refused without an outbox", () => {
    assert.equal(simulationLine({ published: 1, refused: 0 }), "1 message published, 0 refused");
  });
});
