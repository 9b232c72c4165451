import type { TestContext } from "node:test";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { afterwards } from "../servers/afterwards.ts";
import { type RunningConche, startConche } from "../servers/conche.ts";

/** The will of a machine of the first version. */
export const OFFLINE = JSON.stringify({ ts: "unknown", state: "OFFLINE" });

/** A client that keeps its session, as a machine's does: what it has no PUBACK for it sends again. */
export async function machineClient(
  context: TestContext,
  port: number,
  machine: string,
  { url = `mqtt://127.0.0.1:${port}`, ...more }: IClientOptions & { readonly url?: string } = {},
): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, {
    clientId: machine.replaceAll("/", "."),
    clean: false,
    protocolVersion: 4,
    reconnectPeriod: 50,
    ...more,
    will: { topic: `factory/${machine}/state`, payload: Buffer.from(OFFLINE), qos: 1, retain: true },
  });
  client.on("error", () => {}); // its broker may be away: that is part of the test
  afterwards(context, () => client.endAsync(true));
  return client;
}

/** Starts `conche edge` or `conche bridge`; ended after the test however that ended. */
export async function forwarding(context: TestContext, words: readonly string[]): Promise<RunningConche> {
  const running = await startConche([...words, "--http-port", "0", "--quiet"]);
  afterwards(context, () => running.stop("SIGKILL"));
  return running;
}

/** What a broker has retained on a topic, or says first. */
export async function heard(
  context: TestContext,
  port: number,
  topic: string,
): Promise<{ payload: string; retain: boolean }> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`);
  afterwards(context, () => client.endAsync(true));
  const message = new Promise<{ payload: string; retain: boolean }>((resolve) => {
    client.once("message", (_, payload, { retain }) => resolve({ payload: payload.toString(), retain }));
  });
  await client.subscribeAsync(topic, { qos: 1 });
  return message;
}
