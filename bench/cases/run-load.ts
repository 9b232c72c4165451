import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { LoadOrder, LoadResult } from "../load/publisher.ts";

/** 64 machines at QoS 1 with 200-byte payloads: the load of every case unless it says otherwise. */
export const STANDARD_LOAD = {
  connections: 64,
  qos: 1,
  protocol: 5,
  payloadBytes: 200,
  window: 500,
} as const;

/** Runs the load in a process of its own. */
export async function runLoad(order: LoadOrder): Promise<LoadResult> {
  const script = join(import.meta.dirname, "..", "load", "publisher.ts");
  const child = spawn(process.execPath, [script, JSON.stringify(order)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
  if (code !== 0) throw new Error(`the load ended with code ${code}`);
  return JSON.parse(output);
}
