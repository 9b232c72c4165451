import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DOOR, startConche } from "../../test/servers/conche.ts";
import { type Mosquitto, startMosquitto } from "../../test/servers/mosquitto.ts";
import { type Figure, figure, median } from "../statistics.ts";
import { runLoad, STANDARD_LOAD } from "./run-load.ts";

/** Names of the two rates. */
export const TO_NOWHERE = "Mosquitto to mosquitto_sub, written nowhere";
export const TO_LOG = "Mosquitto to the log, fsynced and validated";

/** The same limits for both; the defaults (20 in flight, 1,000 queued, then dropped) would measure those. */
const MOSQUITTO_CONF = [
  "allow_anonymous true",
  "max_inflight_messages 1000",
  "max_queued_messages 0",
  "log_type subscribe",
  "log_type notice",
  "log_type information",
];

/**
 * The same load through the same Mosquitto, in turn: to mosquitto_sub writing nowhere, and to `conche datacenter`,
 * which validates every message and has it on disk before it acknowledges.
 */
export async function brokerToLog(messages: number, runs: number): Promise<Figure[]> {
  const toNowhere: number[] = [];
  const toLog: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const nowhere = await throughMosquitto(messages, receiveNowhere);
    const log = await throughMosquitto(messages, receiveIntoLog);
    if (run === 0) continue; // warm-up
    toNowhere.push(nowhere);
    toLog.push(log);
  }
  const ratios = toLog.map((rate, index) => rate / (toNowhere[index] ?? Number.NaN));
  return [
    figure(TO_NOWHERE, "msg/s", toNowhere),
    figure(TO_LOG, "msg/s", toLog),
    { ...figure("log by mosquitto_sub, run by run", "ratio", ratios), median: median(ratios) },
  ];
}

/** Starts a receiver; gives a promise of its having received everything. */
type Receive = (
  mosquitto: Mosquitto,
  messages: number,
) => Promise<{ done: Promise<void>; end: () => Promise<void> }>;

async function throughMosquitto(messages: number, receive: Receive): Promise<number> {
  const mosquitto = await startMosquitto({ global: MOSQUITTO_CONF, verbose: false });
  try {
    const { done, end } = await receive(mosquitto, messages);
    const started = performance.now();
    const load = runLoad({ ...STANDARD_LOAD, window: 100, port: mosquitto.port, messages });
    await done;
    const seconds = (performance.now() - started) / 1000;
    await load;
    await end();
    return messages / seconds;
  } finally {
    await mosquitto.dispose();
  }
}

const receiveNowhere: Receive = async (mosquitto, messages) => {
  const words = [
    "-p",
    String(mosquitto.port),
    "-V",
    "mqttv5",
    "-q",
    "1",
    "-t",
    "factory/#",
    "-C",
    String(messages),
  ];
  const child = spawn("mosquitto_sub", words, { stdio: "ignore" });
  const done = once(child, "exit").then(() => {});
  await mosquitto.logged(/factory\/#/);
  return { done, end: async () => {} };
};

const receiveIntoLog: Receive = async (mosquitto, messages) => {
  const data = await mkdtemp(join(tmpdir(), "conche-bench-"));
  const url = `mqtt://127.0.0.1:${mosquitto.port}`;
  const center = await startConche(
    ["datacenter", "--broker", url, "--data", data, "--http-port", "0", "--quiet"],
    [],
    DOOR,
  );
  await mosquitto.logged(/factory\/#/);
  return {
    done: storedIn(data, messages),
    end: async () => {
      await center.stop("SIGTERM");
      await rm(data, { recursive: true, force: true });
    },
  };
};

/** Looks into the log itself: the last message counts when it is committed. */
async function storedIn(data: string, messages: number): Promise<void> {
  const database = new DatabaseSync(join(data, "datacenter_messages.db"), { readOnly: true });
  const last = database.prepare("SELECT max(id) AS id FROM mqtt_messages");
  while (Number(last.get()?.id ?? 0) < messages) await new Promise((resolve) => setTimeout(resolve, 10));
  database.close();
}
