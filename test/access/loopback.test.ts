import assert from "node:assert/strict";
import { test } from "node:test";
import { isLoopback } from "../../src/access/loopback.ts";

test("addresses of this machine only are loopback", () => {
  for (const host of [
    "127.0.0.1",
    "127.1.2.3",
    "localhost",
    "LOCALHOST",
    "::1",
    "[::1]",
    "::ffff:127.0.0.1",
  ]) {
    assert.equal(isLoopback(host), true, host);
  }
});

test("everything that others may reach isn't, nor what only looks like it", () => {
  for (const host of [
    "0.0.0.0",
    "::",
    "",
    "192.168.1.4",
    "127.0.0.1.example.com",
    "localhost.example.com",
    "1127.0.0.1",
  ]) {
    assert.equal(isLoopback(host), false, host);
  }
});
