import assert from "node:assert/strict";
import { test } from "node:test";
import { addressPrefix, FailedLogins } from "../../src/access/failed-logins.ts";

test("wrong passwords of one user don't count against another one from the same address", () => {
  const logins = new FailedLogins(3);
  for (let count = 0; count < 3; count++) logins.failed("10.0.0.1", "guessed", 0);
  assert.ok(logins.blocked("10.0.0.1", "guessed", 1));
  assert.ok(!logins.blocked("10.0.0.1", "machine", 1));
  assert.ok(!logins.blocked("10.0.0.2", "guessed", 1));
  assert.ok(!logins.blocked("10.0.0.1", "guessed", 60_000), "a minute later it may try again");
});

test("who tries one user after the other is stopped, too, only later", () => {
  const logins = new FailedLogins(3);
  for (let count = 0; count < 29; count++) logins.failed("10.0.0.1", `user ${count}`, 0);
  assert.ok(!logins.blocked("10.0.0.1", "machine", 1));
  logins.failed("10.0.0.1", "user 29", 0);
  assert.ok(logins.blocked("10.0.0.1", "machine", 1));
});

test("what is remembered has a bound, for one address and for all", () => {
  const logins = new FailedLogins(1);
  for (let index = 0; index < 30_000; index++) logins.failed(`10.0.${index >> 8}.${index & 255}`, "x", 0);
  assert.ok(!logins.blocked("10.0.0.0", "x", 1), "forgotten");
  assert.ok(logins.blocked(`10.0.${29_999 >> 8}.${29_999 & 255}`, "x", 1));
});

test("an IPv6 address counts as its network of 64 bits, IPv4 as itself", () => {
  const same = ["2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:0DB8:0001:0002::5%eth0"];
  assert.deepEqual([...new Set(same.map(addressPrefix))], ["2001:db8:1:2::/64"]);
  for (const [address, prefix] of [
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["1::", "1:0:0:0::/64"],
    ["10.0.0.1", "10.0.0.1"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["", ""],
  ] as const)
    assert.equal(addressPrefix(address), prefix);
  assert.notEqual(addressPrefix("2001:db8:1:3::1"), "2001:db8:1:2::/64");
});
