import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { readPayload } from "../../src/contract/read-payload.ts";
import { machineKeyOf } from "../../src/contract/topic.ts";
import { chocolatePlant } from "../plant/chocolate-document.ts";
import { hoursOf, quietPlant } from "./simulated-line.ts";

suite("what a simulated line says", () => {
  for (const payloadVersion of [1, 2] as const) {
    test(`fits the contract, version ${payloadVersion}: every message of an hour, every event of a day`, () => {
      const plant = chocolatePlant();
      const all = [
        ...hoursOf(1, { payloadVersion, seed: 3 }),
        ...hoursOf(24, { payloadVersion, seed: 4, plant: quietPlant() }),
      ];
      const events = new Set<unknown>();
      for (const { machine, type, payload, atMs } of all) {
        const reading = readPayload(type, JSON.parse(JSON.stringify(payload)));
        const shown = `${machine.machine} ${type}: ${JSON.stringify(payload).slice(0, 300)}`;
        assert.equal(reading.kind, "valid", `${reading.kind === "refused" ? reading.detail : ""}\n${shown}`);
        if (reading.kind !== "valid") continue;
        assert.equal(reading.version, payloadVersion, shown);
        assert.equal(reading.tsMs, atMs, shown);
        assert.ok(plant.hasMachine(machineKeyOf(machine)), shown);
        if (type === "batch") events.add(payload.event);
      }
      if (payloadVersion === 1) assert.deepEqual([...events].sort(), ["BATCH_END", "BATCH_START"]);
      else
        for (const event of ["TRANSFORMED", "TRANSFERRED", "CLEANED", "DETECTOR_TEST", "REWORK_CREATED"])
          assert.ok(events.has(event), event);
    });
  }
});
