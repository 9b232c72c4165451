import assert from "node:assert/strict";
import { test } from "node:test";
import { mayOpenWebSocket } from "../../src/access/browser-origin.ts";

const CASES: readonly [
  bound: string,
  origin: string | undefined,
  host: string | undefined,
  allowed: boolean,
][] = [
  ["127.0.0.1", undefined, "127.0.0.1:9001", true],
  ["127.0.0.1", undefined, undefined, true],
  ["127.0.0.1", "http://localhost:5173", "127.0.0.1:9001", true],
  ["127.0.0.1", "http://[::1]:8080", "[::1]:9001", true],
  ["127.0.0.1", "https://evil.example", "127.0.0.1:9001", false],
  ["127.0.0.1", "http://evil.example:9001", "evil.example:9001", false],
  ["127.0.0.1", "http://127.0.0.1.evil.example", "127.0.0.1:9001", false],
  ["127.0.0.1", "http://localhost", undefined, false],
  ["127.0.0.1", "null", "127.0.0.1:9001", false],
  ["127.0.0.1", "file://", "127.0.0.1:9001", false],
  ["127.0.0.1", "nonsense", "127.0.0.1:9001", false],
  ["127.0.0.1", "https://listed.example", "any.example", true],
  ["127.0.0.1", "http://listed.example", "any.example", false],
  ["0.0.0.0", "http://plant.example:8080", "plant.example:9001", true],
  ["0.0.0.0", "http://PLANT.example", "plant.EXAMPLE:9001", true],
  ["0.0.0.0", "http://other.example", "plant.example:9001", false],
  ["0.0.0.0", "http://plant.example", undefined, false],
  ["0.0.0.0", undefined, "plant.example", true],
];

for (const [bound, origin, host, allowed] of CASES) {
  test(`bound to ${bound}, a page of ${origin} ${allowed ? "may" : "may not"} connect to ${host}`, () => {
    assert.equal(mayOpenWebSocket({ origin, host }, bound, ["https://listed.example"]), allowed);
  });
}
