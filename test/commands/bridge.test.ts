import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { afterwards } from "../servers/afterwards.ts";
import { runConche } from "./run-conche.ts";

test("a bridge says which side is missing, and that two sides are one", async (context) => {
  const cwd = await mkdtemp(join(tmpdir(), "conche-bridge-"));
  afterwards(context, () => rm(cwd, { recursive: true }));
  const url = "mqtt://127.0.0.1:1";
  const [edge, bridge, same, address, key] = await Promise.all([
    runConche(["edge"], { cwd }),
    runConche(["bridge"], { cwd }),
    runConche(["bridge", "--local", url, "--cloud", "mqtt://localhost:1"], { cwd }),
    runConche(["bridge", "--local", url, "--cloud", "http://broker"], { cwd }),
    runConche(["edge", "--cloud", "mqtts://broker:1", "--cloud-cert", "me.pem"], { cwd }),
  ]);
  assert.match(edge.err, /^conche: CONCHE_USAGE: conche edge needs --cloud URL, the broker to forward to\n/);
  assert.match(bridge.err, /^conche: CONCHE_USAGE: .*--cloud URL.*, and --local URL/);
  assert.match(same.err, /^conche: CONCHE_BRIDGE_LOOP: .*localhost:1\n/);
  assert.match(address.err, /^conche: CONCHE_CONFIG_INVALID: .*cloud/s);
  assert.match(key.err, /^conche: CONCHE_CONFIG_INVALID: .*needs cloud-key too/s);
  assert.deepEqual([edge.code, bridge.code, address.code, key.code], [2, 2, 1, 1]);
});

test("bridge-config gives each bridge a name of its own, or asks for one", async () => {
  const cloud = ["bridge-config", "--cloud", "mqtt://broker.example"];
  const [none, ...named] = await Promise.all([
    runConche(cloud),
    ...[
      ["--connection", "plant-1"],
      ["--sites", "a-b"],
      ["--sites", "a,b"],
      ["--sites", "a,b"],
    ].map((words) => runConche([...cloud, ...words])),
  ]);
  assert.deepEqual([none?.code, none?.out], [2, ""]);
  assert.match(
    none?.err ?? "",
    /^conche: CONCHE_USAGE: .* needs --sites or --connection: .*\n {2}what to do: name the sites/,
  );
  const names = named.map(({ out }) => /^connection (.*)$/m.exec(out)?.[1] ?? "none");
  assert.deepEqual(names.slice(0, 2), ["plant-1-up", "mosquitto-a-b-up"]);
  assert.match(names[2] ?? "", /^mosquitto-a-b-[0-9a-f]{8}-up$/);
  assert.equal(names[3], names[2], "the same when it is written again");
});
