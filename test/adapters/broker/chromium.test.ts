import assert from "node:assert/strict";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { afterwards } from "../../servers/afterwards.ts";
import { NO_CHROMIUM, startChromium } from "../../servers/chromium.ts";
import { startBroker, TOPIC } from "./broker-under-test.ts";

/** What MQTT.js makes of itself for browsers. */
const BUNDLE = fileURLToPath(import.meta.resolve("mqtt/dist/mqtt.min"));
/** An outer bound for what a page does; a machine under load takes its time. */
const PATIENCE_MS = 180_000;

/** What the page does: subscribes, says one at each QoS, and gives what it has heard. */
const SESSION = `async ({ url, protocolVersion, topic }) => {
  const client = await mqtt.connectAsync(url, { protocolVersion, clientId: "page-" + protocolVersion });
  await client.subscribeAsync("factory/#", { qos: 2 });
  const heard = [];
  const all = new Promise((resolve) => {
    client.on("message", (_, payload, packet) => {
      heard.push([payload.toString(), packet.qos, { ...packet.properties?.userProperties }]);
      if (heard.length === 3) resolve();
    });
  });
  const properties = protocolVersion === 5 ? { userProperties: { boot: "b-1" } } : undefined;
  for (const qos of [0, 1, 2]) await client.publishAsync(topic, "from a page " + qos, { qos, properties });
  await all;
  await client.endAsync();
  return heard;
}`;

test("MQTT over WebSocket from a page in Chromium, MQTT 3.1.1 and 5", { skip: NO_CHROMIUM }, async (t) => {
  const { broker, sink } = await startBroker(t, { wsPort: 0 });
  const pages = createServer((request, response) => {
    const script = request.url === "/mqtt.js";
    response.setHeader("content-type", script ? "text/javascript" : "text/html");
    if (script) createReadStream(BUNDLE).pipe(response);
    else response.end('<!doctype html><script src="/mqtt.js"></script>');
  }).listen(0, "127.0.0.1");
  await once(pages, "listening");
  const browser = await startChromium();
  afterwards(t, async () => {
    await browser.close();
    pages.close();
  });
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`, { timeout: PATIENCE_MS });
  for (const protocolVersion of [4, 5]) {
    const given = JSON.stringify({
      url: `ws://127.0.0.1:${broker.wsPort}/mqtt`,
      protocolVersion,
      topic: TOPIC,
    });
    const heard = await page.evaluate(`(${SESSION})(${given})`);
    const properties = protocolVersion === 5 ? { boot: "b-1" } : {};
    assert.deepEqual(
      heard,
      [0, 1, 2].map((qos) => [`from a page ${qos}`, qos, properties]),
    );
  }
  assert.equal(sink.accepted.length, 6);
});
