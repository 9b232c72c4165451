import assert from "node:assert/strict";
import { it } from "node:test";
import { socketFailure } from "../../../src/adapters/mqtt-packet/broker-socket.ts";
import { consumerSettings } from "../../../src/adapters/mqtt-packet/options.ts";

it("a machine that has run out of files or ports is told so, not to check the network", () => {
  const settings = consumerSettings({ url: "mqtt://broker.plant:1883", clientId: "load" });
  const hints = ["EMFILE", "ENFILE", "EADDRNOTAVAIL", "ECONNREFUSED"].map((code) => {
    const error = socketFailure(settings, Object.assign(new Error(`connect ${code}`), { code }));
    assert.equal(error.code, "CONCHE_BROKER_UNREACHABLE");
    assert.match(error.message, new RegExp(`mqtt://broker.plant:1883: connect ${code}`));
    return error.hint;
  });
  assert.match(hints[0] ?? "", /ulimit -n/);
  assert.match(hints[1] ?? "", /fs\.file-max/);
  assert.match(hints[2] ?? "", /no free port/);
  assert.match(hints[3] ?? "", /check the broker's address/);
});
