import assert from "node:assert/strict";
import { it } from "node:test";
import { connectionRefused, disconnected, socketFailure } from "../../src/mqtt/broker-failure.ts";
import { connackReason, connackReturnCode, REASON, type ReasonCode } from "../../src/mqtt/reason-codes.ts";

it("a machine that has run out of files or ports is told so, not to check the network", () => {
  const hints = ["EMFILE", "ENFILE", "EADDRNOTAVAIL", "ECONNREFUSED"].map((code) => {
    const error = socketFailure(
      "mqtt://broker.plant:1883",
      Object.assign(new Error(`connect ${code}`), { code }),
    );
    assert.equal(error.code, "CONCHE_BROKER_UNREACHABLE");
    assert.match(error.message, new RegExp(`mqtt://broker.plant:1883: connect ${code}`));
    return error.hint;
  });
  assert.match(hints[0] ?? "", /ulimit -n/);
  assert.match(hints[1] ?? "", /fs\.file-max/);
  assert.match(hints[2] ?? "", /no free port/);
  assert.match(hints[3] ?? "", /check the broker's address/);
});

const CLIENT = {
  address: { display: "mqtt://broker.plant:1883", tls: false },
  clientId: "temper-01",
  protocol: 5,
} as const;

it("one table: what passes by itself is unreachable, a client id that is taken says so, the rest is refused", () => {
  const codes = (told: (code: number) => { readonly code: string; readonly retryable: boolean }) =>
    [0x88, 0x89, 0x8b, 0x9f, 0x8e, 0x87, 0x86, 0x97].map(
      (code) => `${told(code).code} ${told(code).retryable}`,
    );
  const [unreachable, refused] = ["CONCHE_BROKER_UNREACHABLE true", "CONCHE_BROKER_REFUSED"];
  assert.deepEqual(
    codes((code) => connectionRefused(CLIENT, code)),
    [...new Array(4).fill(unreachable), ...new Array(4).fill(`${refused} false`)],
  );
  assert.deepEqual(
    codes((code) => disconnected(CLIENT, code)),
    [
      ...[unreachable, unreachable, unreachable, unreachable],
      "CONCHE_CLIENT_ID_TAKEN true",
      ...new Array(3).fill(`${refused} true`),
    ],
  );
});

it("the return codes of MQTT 3.1.1 mean what MQTT 5 means by its own", () => {
  const old = { ...CLIENT, protocol: 4 } as const;
  assert.equal(connectionRefused(old, 3).code, "CONCHE_BROKER_UNREACHABLE");
  assert.match(connectionRefused(old, 5).message, /refused the connection: 0x05 not authorized/);
  assert.match(connectionRefused(CLIENT, 1).hint, /protocol 4/);
  assert.deepEqual(
    [1, 2, 3, 4, 5].map((code) => connackReturnCode(connackReason(code) as ReasonCode)),
    [1, 2, 3, 4, 5],
  );
  assert.equal(connackReturnCode(REASON.CONNECTION_RATE_EXCEEDED), 3);
  assert.equal(connackReturnCode(REASON.QUOTA_EXCEEDED), 5);
});
