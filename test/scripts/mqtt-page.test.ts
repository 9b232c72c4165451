import assert from "node:assert/strict";
import { test } from "node:test";
import { statementTests } from "../../scripts/mqtt-page.ts";
import { MQTT_5_STATEMENTS } from "../../scripts/mqtt-statements.ts";

test("every statement of MQTT 5 that the broker can break is named by a test", () => {
  const tests = statementTests();
  const holes = MQTT_5_STATEMENTS.filter(({ id, without }) => without === undefined && !tests.has(id));
  assert.deepEqual(
    holes.map(({ id }) => id),
    [],
  );
});

test("tests name statements that there are, and none that are said not to need one", () => {
  const known = new Map(MQTT_5_STATEMENTS.map(({ id, without }) => [id, without]));
  const odd = [...statementTests().keys()].filter((id) => !known.has(id) || known.get(id) !== undefined);
  assert.deepEqual(odd, []);
});
