import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { runConche } from "../commands/run-conche.ts";
import { makeAuthority } from "../servers/certificates.ts";
import { portOf, startConche } from "../servers/conche.ts";
import { NO_MOSQUITTO, startMosquitto } from "../servers/mosquitto.ts";

function lastEvent(out: string): Record<string, unknown> {
  return JSON.parse(out.trim().split("\n").at(-1) ?? "{}");
}

describe("conche load", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "conche-load-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("makes messages that a data center stores, every number of them, from several threads", async () => {
    const data = join(folder, "data");
    const center = await startConche(["datacenter", "--data", data, "--mqtt-port", "0", "--http-port", "0"]);
    try {
      const port = String(portOf(center.started.mqtt));
      const load = (...words: string[]) => runConche(["load", "--mqtt-port", port, "--json", ...words]);
      const [fast, paced, silent] = await Promise.all([
        load("--messages", "3000", "--connections", "7", "--threads", "3"),
        load("--messages", "200", "--rate", "400", "--type", "quality", "--site", "load-02"),
        load(
          "--messages",
          "300",
          "--qos",
          "0",
          "--payload-version",
          "1",
          "--protocol",
          "3.1.1",
          "--type",
          "alarm",
        ),
      ]);
      for (const { code, out, err } of [fast, paced, silent]) assert.equal(code, 0, out + err);
      assert.match(fast.out, /"event":"started".*"threads":3/);
      const end = lastEvent(fast.out);
      assert.deepEqual([end.ok, end.sent, end.acknowledged], [true, 3_000, 3_000]);
      const latency = lastEvent(paced.out).latencyMs as Record<string, number>;
      const { p50 = 0, p99 = 0, p999 = 0, max = 0 } = latency;
      assert.ok(p50 > 0 && p50 <= p99 && p99 <= p999 && p999 <= max, JSON.stringify(latency));
      assert.equal(lastEvent(silent.out).latencyMs, null);
    } finally {
      assert.equal(await center.stop("SIGTERM"), 0);
    }
    const verify = JSON.parse((await runConche(["verify", "--data", data, "--json"])).out);
    assert.equal(verify.ok, true);
    // QoS 0 may be lost, so no more than that is known of it.
    const { received, stored } = verify.totals;
    assert.ok(stored >= 3_200 && stored <= 3_500 && received === stored, JSON.stringify(verify.totals));
    for (const { missing } of verify.publishers) assert.equal(missing, 0);
  });

  it("counts refusals by their reason, over TLS with a client certificate", {
    skip: NO_MOSQUITTO,
  }, async () => {
    const authority = makeAuthority();
    const server = authority.issue("broker", { hosts: ["127.0.0.1"] });
    const client = authority.issue("tester");
    const broker = await startMosquitto({
      verbose: false,
      global: ["acl_file FOLDER/acl"],
      listener: [
        "cafile FOLDER/ca.pem",
        "certfile FOLDER/cert.pem",
        "keyfile FOLDER/key.pem",
        "require_certificate true",
        "use_identity_as_username true",
      ],
      files: {
        acl: "pattern write factory/allowed/#\n",
        "ca.pem": authority.cert,
        "cert.pem": server.cert,
        "key.pem": server.key,
        "client.pem": client.cert,
        "client.key": client.key,
      },
    });
    try {
      const file = (name: string) => join(broker.folder, name);
      const tls = ["--broker", `mqtts://127.0.0.1:${broker.port}`, "--ca", file("ca.pem")];
      const own = ["--cert", file("client.pem"), "--key", file("client.key")];
      const load = ["load", "--connections", "2", "--messages", "20", "--json"];
      const [allowed, refused, stranger] = await Promise.all([
        runConche([...load, ...tls, ...own, "--site", "allowed"]),
        runConche([...load, ...tls, ...own]),
        runConche([...load, ...tls]),
      ]);
      assert.equal(allowed.code, 0, allowed.out + allowed.err);
      // Nobody subscribes there, and Mosquitto says so.
      assert.deepEqual([lastEvent(allowed.out).acknowledged, lastEvent(allowed.out).unheard], [20, 20]);
      assert.equal(refused.code, 1, refused.out + refused.err);
      const { refused: count, errors } = lastEvent(refused.out);
      assert.deepEqual([count, errors], [20, { "refused: 0x87 not authorized": 20 }]);
      assert.equal(stranger.code, 1);
      assert.match(stranger.out + stranger.err, /CONCHE_BROKER_(REFUSED|UNREACHABLE)/);
    } finally {
      await broker.dispose();
    }
  });

  it("goes on when the broker comes back, and ends in order with what it knows", {
    skip: NO_MOSQUITTO,
  }, async () => {
    const broker = await startMosquitto({ verbose: false });
    try {
      const url = `mqtt://127.0.0.1:${broker.port}`;
      const load = await startConche(["load", "--broker", url, "--connections", "3", "--rate", "100"]);
      try {
        const acknowledged = (more: number) => (event: { readonly event: string; acknowledged?: unknown }) =>
          event.event === "progress" && Number(event.acknowledged) > more;
        await load.event(acknowledged(0));
        await broker.kill();
        await load.event(({ event, code }) => event === "notice" && code === "CONCHE_BROKER_UNREACHABLE");
        const before = await load.event(({ event, connected }) => event === "progress" && connected === 0);
        await broker.start();
        await load.event(acknowledged(Number(before.acknowledged)));
        assert.equal(await load.stop("SIGINT"), 1);
        const end = load.events.at(-1);
        assert.deepEqual([end?.event, end?.ok, end?.lostConnections], ["stopped", false, 3]);
        assert.equal(end?.sent, Number(end?.acknowledged) + Number(end?.refused) + Number(end?.unanswered));
      } finally {
        load.child.kill("SIGKILL");
      }
    } finally {
      await broker.dispose();
    }
  });

  it("answers what can't be done with a code and what to do", async () => {
    const cases: readonly (readonly [words: readonly string[], code: number, said: RegExp])[] = [
      [
        ["--payload-size", "20"],
        2,
        /CONCHE_USAGE: --payload-size 20: the shortest telemetry of version 2 has \d+/,
      ],
      [["--qos", "2"], 2, /CONCHE_USAGE: --qos .*must be one of 0, 1/],
      [["--connections", "0", "--rate", "x", "--site", "A/b"], 2, /--connections.*--rate.*--site/s],
      [["--type", "telemetri"], 2, /telemetry, alarm, quality, did you mean telemetry/],
      [["--broker", "ws://localhost:1"], 1, /CONCHE_BROKER_URL_INVALID: a load is made over TCP or TLS/],
      [
        ["--broker", "mqtt://127.0.0.1:1"],
        1,
        /CONCHE_BROKER_UNREACHABLE: no connection to mqtt:\/\/127.0.0.1:1/,
      ],
      [
        ["--broker", "mqtt://127.0.0.1:1", "--ca", join(folder, "none.pem")],
        1,
        /CONCHE_CONFIG_INVALID: ca = .*can't/,
      ],
      [["--broker", "mqtt://h:1", "--cert", import.meta.filename], 1, /CONCHE_CONFIG_INVALID/],
      [
        ["--broker", "mqtts://127.0.0.1:1", "--ca", import.meta.filename],
        1,
        /CONCHE_(CONFIG_INVALID|BROKER_)/,
      ],
    ];
    const results = await Promise.all(
      cases.map(([words]) => runConche(["load", "--messages", "1", ...words])),
    );
    for (const [index, { code, err }] of results.entries()) {
      const [words, expected, said] = cases[index] ?? [[], 0, /./];
      assert.match(err, said, words.join(" "));
      assert.match(err, /what to do: /, words.join(" "));
      assert.equal(code, expected, words.join(" "));
    }
  });
});
