import assert from "node:assert/strict";
import { test } from "node:test";
import {
  csvMessages,
  jsonMessages,
  messageTable,
} from "../../../src/adapters/terminal/stored-message-format.ts";
import type { StoredMessage } from "../../../src/log/log-reading.ts";

const TS = "2026-01-11T08:00:00.000Z";
const PIPED = { columns: null, colour: false };

const ALARM: StoredMessage = {
  id: 7,
  ts: TS,
  tsMs: Date.parse(TS),
  topic: "factory/tunis-01/line-a/s5_tempering/temper-01/alarm",
  site: "tunis-01",
  line: "line-a",
  step: "s5_tempering",
  machine: "temper-01",
  type: "alarm",
  payload: '{"code":"X","n":12345678901234567890}',
  receivedAt: Date.parse(TS) + 5,
  qos: 0,
  retain: false,
  version: 1,
  boot: null,
  seq: null,
  flags: 3,
  batchId: "=B",
};

/** A row of the seed's own database, whose topic and payload could be anything. */
const CARRIED_OVER: StoredMessage = {
  ...ALARM,
  id: 1,
  topic: "@evil\u001b[2J",
  site: null,
  line: null,
  step: null,
  machine: null,
  type: null,
  payload: "not JSON",
  qos: null,
  retain: null,
  flags: 0,
  batchId: null,
};

const HEAD =
  "id,ts,received_at,topic,site,line,step,machine,type,qos,retain,version,boot,seq,batch_id,flags,payload_json";

test("as CSV: a head, one row each, formulas inert, nothing where nothing is known", () => {
  const [head, alarm, carried, end] = [...csvMessages([ALARM, CARRIED_OVER], PIPED)].join("").split("\n");
  assert.equal(head, HEAD);
  const place =
    "factory/tunis-01/line-a/s5_tempering/temper-01/alarm,tunis-01,line-a,s5_tempering,temper-01,alarm";
  const flags = "qos_below_policy retain_against_policy";
  assert.equal(
    alarm,
    `7,${TS},2026-01-11T08:00:00.005Z,${place},0,false,1,,,'=B,${flags},"{""code"":""X"",""n"":12345678901234567890}"`,
  );
  assert.equal(carried, `1,${TS},2026-01-11T08:00:00.005Z,'@evil\u001b[2J,,,,,,,,1,,,,,not JSON`);
  assert.equal(end, "");
  assert.deepEqual([...csvMessages([], PIPED, false)], []);
});

test("where a person looks, CSV can't act on the terminal", () => {
  const text = [...csvMessages([CARRIED_OVER], { columns: 80 })].join("");
  assert.doesNotMatch(text.replaceAll("\n", ""), /\p{Cc}/u);
});

test("as JSON Lines: the payload as it is, digit by digit, text where it isn't JSON", () => {
  const [alarm = "", carried = ""] = [...jsonMessages([ALARM, CARRIED_OVER])].join("").split("\n");
  assert.match(alarm, /"payload":\{"code":"X","n":12345678901234567890\}\}$/);
  const { payload, flags, batch_id, received_at, ...rest } = JSON.parse(alarm);
  assert.equal(payload.code, "X");
  assert.deepEqual([flags, batch_id], [["qos_below_policy", "retain_against_policy"], "=B"]);
  assert.equal(received_at, "2026-01-11T08:00:00.005Z");
  assert.deepEqual([rest.id, rest.machine, rest.boot], [7, "temper-01", null]);
  assert.equal(JSON.parse(carried).payload, "not JSON");
  assert.equal(JSON.parse(carried).topic, CARRIED_OVER.topic);
});

test("many messages come in pieces, none lost at their borders", () => {
  const many = function* () {
    for (let id = 1; id <= 1_234; id++) yield { ...ALARM, id };
  };
  const pieces = [...jsonMessages(many())];
  assert.equal(pieces.length, 3);
  const ids = pieces
    .join("")
    .trimEnd()
    .split("\n")
    .map((line): number => JSON.parse(line).id);
  assert.deepEqual(
    ids,
    Array.from({ length: 1_234 }, (_, index) => index + 1),
  );
});

test("as a table: the address of a machine, the whole topic where it is of another form", () => {
  const [head, alarm, carried] = messageTable([ALARM, CARRIED_OVER], PIPED).split("\n");
  assert.match(String(head), /^id +ts +machine +type +batch +payload$/);
  assert.match(String(alarm), /^ 7 +2026\S+ +tunis-01\/line-a\/s5_tempering\/temper-01 +alarm +=B +\{"code"/);
  assert.match(String(carried), /^ 1 +2026\S+ +@evil\\x1b\[2J +not JSON$/);
});
