import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { ROOT } from "../../scripts/tool.ts";
import { startBroker, TOPIC } from "../adapters/broker/broker-under-test.ts";
import { afterwards } from "../servers/afterwards.ts";
import { NO_CHROMIUM, startChromium } from "../servers/chromium.ts";
import { type RunningConche, startConche } from "../servers/conche.ts";
import { NO_NODE_RED, NodeRed } from "../servers/node-red.ts";

/** An outer bound for what a page shows; a machine under load takes its time. */
const PATIENCE_MS = 180_000;
const TEMPERER = "tunis-01/line-a/s5_tempering/temper-01";
const FLOW = readFileSync(join(ROOT, "deploy", "node-red", "flow.json"), "utf8");

interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly wires?: readonly (readonly string[])[];
  readonly protocolVersion?: string;
}

test("the flow speaks MQTT 5, and every wire leads to a node of its own", () => {
  const nodes = JSON.parse(FLOW) as readonly FlowNode[];
  const ids = new Set(nodes.map(({ id }) => id));
  assert.equal(ids.size, nodes.length);
  for (const { id, wires = [] } of nodes)
    for (const to of wires.flat()) assert.ok(ids.has(to), `${id} leads to ${to}`);
  const brokers = nodes.filter(({ type }) => type === "mqtt-broker");
  assert.deepEqual(
    brokers.map(({ protocolVersion }) => protocolVersion),
    ["5"],
  );
});

suite("the flow in a real Node-RED, in a real browser", {
  skip: NO_CHROMIUM || NO_NODE_RED,
  timeout: 900_000,
}, () => {
  const folder = mkdtempSync(join(tmpdir(), "conche-flow-"));
  let conche: RunningConche;
  let nodeRed: NodeRed;
  let browser: Browser;
  let page: Page;

  before(async () => {
    const ports = ["--mqtt-port", "0", "--http-port", "0"];
    conche = await startConche(["up", ...ports, "--data", join(folder, "data"), "--history", "3h"]);
    const { mqtt = "", http = "" } = conche.started;
    // What a person sets in the editor after the import.
    const flow = FLOW.replace('"port": "1883"', `"port": ${JSON.stringify(new URL(mqtt).port)}`)
      .replace("http://127.0.0.1:8080", http)
      .replace('"value": "node-red"', '"value": "Amira"');
    nodeRed = await NodeRed.start(flow);
    browser = await startChromium();
    page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(`${nodeRed.url}/dashboard/line`, { timeout: PATIENCE_MS });
  });

  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
    await conche?.stop("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });

  test("every machine is there with its state, and values that it said by MQTT", async () => {
    const row = page.locator("tr", { has: page.locator("td", { hasText: /^temper-01$/ }) });
    await row.locator("td", { hasText: /^Execute$/ }).waitFor();
    const cell = row.locator("td", { hasText: /outlet \d/ });
    await cell.waitFor();
    const shown = /outlet ([\d.]+) °C/.exec(await cell.innerText())?.[1];
    const answer = await conche.page("/api/messages?machine=temper-01&type=telemetry&limit=500");
    const { messages } = JSON.parse(answer.text) as {
      readonly messages: readonly { readonly payload: string }[];
    };
    const known = messages.map(
      ({ payload }) => (JSON.parse(payload) as { tags: { temp_c?: number } }).tags.temp_c,
    );
    assert.ok(known.includes(Number(shown)), `${shown} is none of ${known.slice(0, 5).join(", ")} …`);
    assert.equal(
      await page
        .locator("td", { hasText: /^(weigher|mixer|refiner|conche|temper|molder|cooltunnel|packer)-0\d$/ })
        .count(),
      8,
    );
  });

  test("the control chart has its samples", async () => {
    await page.locator("canvas").first().waitFor();
    // It is drawn on a canvas: the line of the values has a colour of its own.
    await page.waitForFunction(`(() => {
      const canvas = document.querySelector("canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let dark = 0;
      for (let at = 0; at < data.length; at += 4) {
        if (data[at] < 60 && data[at + 1] < 65 && data[at + 2] < 70 && data[at + 3] > 200) dark++;
      }
      return dark > 300;
    })()`);
  });

  test("an alarm is acknowledged, by name, and the log has it", async () => {
    const button = page.getByRole("button", { name: "Acknowledge temper-01 temp_c.high" });
    await button.click();
    await button.waitFor({ state: "detached" });
    const answer = await conche.page(`/api/alarms/${TEMPERER}/temp_c.high`);
    const { events } = JSON.parse(answer.text) as {
      readonly events: readonly {
        readonly event: string;
        readonly by: string | null;
        readonly message_id: number;
      }[];
    };
    const acknowledged = events.find(({ event }) => event === "acknowledged");
    assert.equal(acknowledged?.by, "Amira");
    const message = await conche.page(`/api/messages/${acknowledged?.message_id}`);
    assert.match(message.text, /s0_office/);
  });

  test("a data center that doesn't answer is no data center without alarms", async () => {
    await conche.stop("SIGKILL");
    await page.getByText("nobody knows which alarms stand").waitFor();
    await page
      .locator("td", { hasText: /^unknown$/ })
      .first()
      .waitFor();
  });
});

/** A node of the tab; one that has no place in it would be a configuration. */
const onTab = (id: string, type: string, wires: readonly string[], more: object) => {
  return { id, type, z: "tab", x: 100, y: 100, wires: [wires], ...more };
};

/** Says something once, with properties of MQTT 5, when it listens, and passes on what it then hears of it. */
function passingOn(port: number): string {
  const broker = {
    ...{ id: "broker", type: "mqtt-broker", broker: "127.0.0.1", port: String(port), clientid: "node-red" },
    ...{ autoConnect: true, protocolVersion: "5", keepalive: "60", cleansession: true },
  };
  const isConnected = 'return msg.status.fill === "green" ? msg : null;';
  const says = `return { topic: "${TOPIC}", payload: "said", qos: 2, contentType: "text/plain",
    userProperties: { boot: "b-1" }, messageExpiryInterval: 600 };`;
  const passes = `return { topic: "elsewhere/heard", qos: 1, payload:
    [msg.payload, msg.qos, msg.contentType, msg.userProperties.boot, msg.retain].join(" ") };`;
  return JSON.stringify([
    { id: "tab", type: "tab", label: "MQTT 5" },
    broker,
    onTab("status", "status", ["connected"], { scope: ["in"] }),
    onTab("connected", "function", ["says"], { outputs: 1, func: isConnected }),
    onTab("says", "function", ["out"], { outputs: 1, func: says }),
    onTab("in", "mqtt in", ["passes"], { broker: "broker", topic: "factory/#", qos: "2", datatype: "utf8" }),
    onTab("passes", "function", ["out"], { outputs: 1, func: passes }),
    onTab("out", "mqtt out", [], { broker: "broker", topic: "", qos: "", retain: "" }),
  ]);
}

test("Node-RED speaks MQTT 5 with the embedded broker, both ways", {
  skip: NO_NODE_RED,
  timeout: 900_000,
}, async (t) => {
  const { port, sink } = await startBroker(t);
  const nodeRed = await NodeRed.start(passingOn(port));
  afterwards(t, () => nodeRed.stop());
  const [said, heard] = await sink.have(2);
  assert.deepEqual(
    [said, heard].map((each) => [each?.message.topic, each?.text, each?.message.qos]),
    [
      [TOPIC, "said", 2],
      ["elsewhere/heard", "said 2 text/plain b-1 false", 1],
    ],
  );
  assert.deepEqual({ ...said?.message.properties?.userProperties }, { boot: "b-1" });
  assert.equal(said?.message.properties?.messageExpiryInterval, 600);
});
