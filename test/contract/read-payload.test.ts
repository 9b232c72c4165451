import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { UP_CATALOGUE } from "../../src/contract/catalogue.ts";
import { readIdentity } from "../../src/contract/identity.ts";
import { identityFieldsOf, readPayload } from "../../src/contract/read-payload.ts";
import { parseTimestamp } from "../../src/contract/timestamp.ts";
import { MESSAGE_TYPES, type MessageType } from "../../src/contract/topic.ts";
import { DETAIL_LIMIT } from "../../src/contract/validation-detail.ts";
import { compile } from "../../src/contract/validator.ts";
import { damagedPayloads, v1Payloads } from "./arbitrary-payloads.ts";

const TS = "2026-01-11T08:30:00.250+01:00";
const BATCH = { product_type: "dark", batch_id: "B20260111-DA-0042" };
const V1_TELEMETRY = { ts: TS, ...BATCH, tags: { temp_c: 31.6 } };

function refusal(type: MessageType, value: unknown) {
  const reading = readPayload(type, value);
  assert.equal(reading.kind, "refused", JSON.stringify(value));
  const { reason, schema, detail } = reading as Extract<typeof reading, { kind: "refused" }>;
  return [reason, schema, detail];
}

function facts(type: MessageType, value: unknown) {
  const reading = readPayload(type, value);
  assert.equal(reading.kind, "valid", JSON.stringify(reading));
  return reading as Extract<typeof reading, { kind: "valid" }>;
}

describe("readPayload", () => {
  it("takes out what the log keeps", () => {
    assert.deepEqual(facts("telemetry", { ...V1_TELEMETRY, boot: "019bac41-7c00", seq: 7, refill: true }), {
      kind: "valid",
      version: 1,
      ts: TS,
      tsMs: Date.parse(TS),
      batchId: "B20260111-DA-0042",
      boot: "019bac41-7c00",
      seq: 7,
      refill: true,
    });
    assert.deepEqual(facts("state", { v: 2, ts: TS, state: "Execute" }), {
      kind: "valid",
      version: 2,
      ts: TS,
      tsMs: Date.parse(TS),
      batchId: null,
      boot: undefined,
      seq: undefined,
      refill: false,
    });
  });

  it("takes nothing but true for a refill", () => {
    for (const refill of [false, "true", 1, null, undefined]) {
      assert.equal(facts("telemetry", { ...V1_TELEMETRY, refill }).refill, false);
    }
    assert.deepEqual(
      refusal("state", { v: 2, ts: TS, state: "Idle", refill: 1 })[2],
      "/refill must be boolean",
    );
  });

  it("takes every message of one run of the seed's line", () => {
    const steps: Record<string, Record<string, number | string>> = {
      s1_dosing: { weight_kg: 999.2, scale_status: "OK" },
      s2_mixing: { rpm: 42, motor_current_a: 61.5 },
      s3_refining: { particle_size_um: 20, roller_temp_c: 35.2 },
      s4_conching: { temp_c: 74.8, humidity_pct: 41 },
      s5_tempering: { temp_c: 31.6, viscosity_cP: 2150 },
      s6_molding: { deposit_g: 100, nozzle_pressure_bar: 1.62 },
      s7_cooling: { tunnel_temp_c: 11.2, belt_speed_mpm: 6.5 },
      s8_packaging: { packs_per_min: 198, reject_rate_pct: 0.31 },
    };
    const ts = "2026-01-11T08:30:00.123456+00:00";
    for (const [step, tags] of Object.entries(steps)) {
      for (const product_type of ["white", "milk", "dark"]) {
        const batch_id = { white: "B20260111-WH-0001", milk: "B20260111-MI-0002", dark: "B20260111-DA-0003" }[
          product_type
        ];
        assert.equal(facts("telemetry", { ts, product_type, batch_id, tags }).batchId, batch_id, step);
        for (const state of ["RUNNING", "IDLE"])
          facts("state", { ts, state, product_type, batch_id, mode: "AUTO" });
        for (const event of ["BATCH_START", "BATCH_END"])
          facts("batch", { ts, event, product_type, batch_id });
        const results = { weight_g: 100.2, seal_integrity: "OK", label_check: "OK", defect_rate_pct: 0.2 };
        facts("quality", { ts, product_type, batch_id, results });
        const alarm = { severity: "HIGH", code: "TEMP_OUT_OF_RANGE", message: "temp_c above 33.0" };
        facts("alarm", { ts, ...alarm, product_type, batch_id, value: 33.4, limit: 33 });
      }
    }
    facts("state", { ts, state: "ONLINE" });
    assert.equal(facts("state", { ts: "unknown", state: "OFFLINE" }).ts, null);
  });

  it("reads no v as version 1, and 1 as well", () => {
    assert.equal(facts("telemetry", V1_TELEMETRY).version, 1);
    assert.equal(facts("telemetry", { ...V1_TELEMETRY, v: 1 }).version, 1);
  });

  it("refuses versions it doesn't know, and says which it knows", () => {
    for (const v of [
      0,
      3,
      -1,
      1.5,
      "2",
      null,
      true,
      [2],
      { v: 2 },
      Number.POSITIVE_INFINITY,
      "__proto__",
      "length",
    ]) {
      const known = "/v must be one of 1, 2 (or absent, which means 1)";
      assert.deepEqual(refusal("alarm", { ...V1_TELEMETRY, v }), ["version", null, known]);
    }
  });

  it("refuses what isn't an object", () => {
    for (const value of [null, [], [V1_TELEMETRY], "text", 7, true, undefined]) {
      assert.deepEqual(refusal("state", value), ["schema", null, "the payload must be a JSON object"]);
    }
  });

  it("allows an unknown time in a will only", () => {
    assert.deepEqual(facts("state", { v: 2, ts: "unknown", state: "OFFLINE" }).tsMs, null);
    assert.deepEqual(refusal("state", { ts: "unknown", state: "RUNNING" }), [
      "schema",
      "state/1",
      '/state must be "OFFLINE"',
    ]);
    assert.deepEqual(refusal("state", { v: 2, ts: "unknown", state: "Idle" }), [
      "schema",
      "state/2",
      '/state must be "OFFLINE"',
    ]);
    assert.equal(refusal("batch", { ts: "unknown", event: "BATCH_END", ...BATCH })[0], "schema");
  });

  it("says in one line what is wrong and where", () => {
    const v2 = { v: 2, ts: TS };
    const cases: [MessageType, unknown, string, string][] = [
      ["telemetry", {}, "telemetry/1", "/ts is required"],
      [
        "telemetry",
        { ...V1_TELEMETRY, tags: { temp_c: true } },
        "telemetry/1",
        "/tags/temp_c must be number or string",
      ],
      [
        "telemetry",
        { ...V1_TELEMETRY, tags: { "a/b~c": null } },
        "telemetry/1",
        "/tags/a~1b~0c must be number or string",
      ],
      [
        "telemetry",
        { ...V1_TELEMETRY, product_type: "blue" },
        "telemetry/1",
        "/product_type must be one of white, milk, dark",
      ],
      [
        "telemetry",
        { ...V1_TELEMETRY, batch_id: "42" },
        "telemetry/1",
        "/batch_id must be a batch id as B20260111-DA-0042",
      ],
      [
        "telemetry",
        { ...V1_TELEMETRY, ts: "2026-13-01T00:00:00Z" },
        "telemetry/1",
        "/ts must be an ISO 8601 time with offset or Z, as 2026-01-11T08:30:00.250+01:00",
      ],
      [
        "telemetry",
        { ...V1_TELEMETRY, ts: "2026-02-30T00:00:00Z" },
        "telemetry/1",
        "/ts is no point in time: 2026-02-30T00:00:00Z",
      ],
      ["telemetry", { ...v2, tags: { t: { value: 1 } } }, "telemetry/2", "/tags/t/quality is required"],
      [
        "telemetry",
        { ...v2, tags: { t: { value: null, quality: "good" } } },
        "telemetry/2",
        '/tags/t/quality must be "bad"',
      ],
      [
        "state",
        { ts: TS, state: "SLEEPING" },
        "state/1",
        "/state must be one of ONLINE, OFFLINE, RUNNING, IDLE",
      ],
      [
        "alarm",
        { ...v2, alarm_id: "a", event: "rose" },
        "alarm/2",
        "/event must be one of raised, cleared, acknowledged, commented, shelved, unshelved, suppressed, unsuppressed, out_of_service, returned_to_service",
      ],
      [
        "alarm",
        { ...v2, alarm_id: "a", event: "shelved", by: "x", until: TS },
        "alarm/2",
        "/reason is required",
      ],
      ["alarm", { ...v2, alarm_id: "a" }, "alarm/2", "/event is required"],
      [
        "batch",
        { ...v2, event: "SHIPPED", shipment_id: "s", customer: { party_id: "c" } },
        "batch/2",
        "the payload needs lots or units",
      ],
      [
        "batch",
        { ...v2, event: "SILO_TOPPED_UP", location: "s", lot_id: "l", added: { lot_id: "a" } },
        "batch/2",
        "/added needs quantity_kg or pieces",
      ],
      [
        "batch",
        { ...v2, event: "AGGREGATED", unit_kind: "pallet", unit_id: "p", children: ["c"] },
        "batch/2",
        "/sscc is required",
      ],
      [
        "batch",
        { ...v2, event: "HOLD", hold_id: "h", lots: [], reason: "r", by: "b" },
        "batch/2",
        "/lots must NOT have fewer than 1 items",
      ],
    ];
    for (const [type, value, schema, detail] of cases) {
      assert.deepEqual(refusal(type, value), ["schema", schema, detail]);
    }
  });

  it("says what a time stamp must be where a number came, with an example", () => {
    const words = "must be text: an ISO 8601 time with offset or Z, as 2026-01-11T08:30:00.250+01:00";
    for (const ts of [1768116600, 1768116600250, true, null]) {
      assert.equal(refusal("telemetry", { ...V1_TELEMETRY, ts })[2], `/ts ${words}`);
      assert.equal(refusal("state", { v: 2, ts, state: "Execute" })[2], `/ts ${words}`);
    }
    assert.equal(
      refusal("telemetry", { ...V1_TELEMETRY, batch_id: 7 })[2],
      "/batch_id must be text: a batch id as B20260111-DA-0042",
    );
  });

  it("keeps the detail to one short line, whatever the names in the payload", () => {
    const [, , detail] = refusal("telemetry", {
      ...V1_TELEMETRY,
      tags: { [`a\n\u001b[31m${"x".repeat(9000)}`]: null },
    });
    assert.ok(typeof detail === "string" && detail.length <= DETAIL_LIMIT);
    assert.doesNotMatch(String(detail), /\p{Cc}/u);
  });

  it("refuses numbers beyond JSON's reach, in declared and in unknown fields", () => {
    const payload = (field: string) =>
      JSON.parse(`{"ts":"${TS}","product_type":"dark","batch_id":"B20260111-DA-0042",${field}}`);
    const cases = [
      ['"tags":{"temp_c":1e400}', "/tags/temp_c"],
      ['"tags":{"temp_c":-1e999}', "/tags/temp_c"],
      ['"tags":{},"note":{"deep":[1,{"x":1e400}]}', "/note/deep/1/x"],
    ] as const;
    for (const [field, path] of cases) {
      assert.deepEqual(refusal("telemetry", payload(field)), [
        "schema",
        "telemetry/1",
        `${path} must be a number within the range of a 64-bit float`,
      ]);
    }
    assert.equal(facts("telemetry", payload('"tags":{"a":1.7976931348623157e308,"b":1e-400}')).version, 1);
  });

  it("is not led astray by names that objects have by themselves", () => {
    const text = `{"__proto__":{"v":2,"ts":"${TS}"},"constructor":1,"ts":"${TS}","product_type":"dark","batch_id":"B20260111-DA-0042","tags":{"__proto__":3,"toString":4}}`;
    assert.equal(facts("telemetry", JSON.parse(text)).version, 1);
    assert.deepEqual(
      refusal("telemetry", JSON.parse(`{"__proto__":${JSON.stringify(V1_TELEMETRY)}}`))[2],
      "/ts is required",
    );
  });

  it("refuses bottomless nesting without running out of stack", () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    assert.deepEqual(refusal("telemetry", { ...V1_TELEMETRY, note: deep }).slice(0, 2), [
      "schema",
      "telemetry/1",
    ]);
  });

  it("never throws, whatever JSON can say", () => {
    const types = fc.constantFrom(...MESSAGE_TYPES);
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom("v", "ts", "state", "tags", "event"), fc.jsonValue()),
    );
    fc.assert(
      fc.property(types, anything, (type, value) => {
        const reading = readPayload(type, value);
        if (reading.kind === "refused")
          assert.ok(reading.detail.length > 0 && reading.detail.length <= DETAIL_LIMIT);
      }),
      { numRuns: 3000 },
    );
  });

  it("takes every payload of version 1 with whatever a machine adds", () => {
    for (const type of MESSAGE_TYPES) {
      fc.assert(
        fc.property(v1Payloads(type), (payload) => assert.equal(facts(type, payload).version, 1)),
        { numRuns: 200 },
      );
    }
  });

  it("together with readIdentity takes exactly what the published schema takes", () => {
    const published = new Map(
      UP_CATALOGUE.map((entry) => [entry.name, { ...entry, validate: compile(entry.schema) }]),
    );
    let valid = 0;
    fc.assert(
      fc.property(damagedPayloads, ({ name, payload }) => {
        const schema = published.get(name);
        assert.ok(schema);
        fc.pre(((payload as { v?: unknown }).v ?? 1) === schema.version);
        const { ts } = payload as { ts?: unknown };
        const fits =
          schema.validate(payload) === null && (ts === "unknown" || parseTimestamp(String(ts)) !== null);
        const reading = readPayload(schema.type, payload);
        const { boot, seq } = identityFieldsOf(payload);
        const identityFits = schema.version === 1 || readIdentity(boot, seq, undefined).kind !== "invalid";
        // Unknown fields may hold numbers that no schema looks at; readPayload does.
        const inRange = !JSON.stringify(payload, (_key, field) =>
          Number.isFinite(field) || typeof field !== "number" ? field : "out of range",
        ).includes("out of range");
        assert.equal(
          reading.kind === "valid" && identityFits,
          fits && inRange,
          JSON.stringify([payload, reading]),
        );
        if (fits) valid++;
      }),
      { numRuns: 4000 },
    );
    assert.ok(valid > 200, `only ${valid} valid ones: the property says little`);
  });
});

describe("identityFieldsOf", () => {
  it("reads the identity of anything", () => {
    assert.deepEqual(identityFieldsOf({ boot: "b", seq: 3, v: 99 }), { boot: "b", seq: 3 });
    for (const value of [null, [], "x", 1])
      assert.deepEqual(identityFieldsOf(value), { boot: undefined, seq: undefined });
  });
});
