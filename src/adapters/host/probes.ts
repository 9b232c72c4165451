import { statfsSync } from "node:fs";
import { mkdtemp, open, rm, stat, statfs } from "node:fs/promises";
import { get as httpGet } from "node:http";
import { get as httpsGet } from "node:https";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { json } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { ConcheError, messageOf, systemCodeOf } from "../../errors/conche-error.ts";

/** What a data folder stands on. */
export interface FolderProbe {
  /** False when the folder doesn't exist yet and its parent was probed instead. */
  readonly exists: boolean;
  readonly freeBytes: number;
  /** `memory`: gone when the machine goes off. `network`: SQLite's WAL mode can't be relied on there. */
  readonly medium: "memory" | "network" | "disk";
  /** Times of a small write with fsync, as a commit does it, milliseconds. */
  readonly fsync: { readonly medianMs: number; readonly longestMs: number };
}

/** File system types of Linux (statfs(2), linux/magic.h). Other systems report others, and count as a disk. */
const MEMORY_TYPES = new Set([0x0102_1994, 0x8584_58f6]);
const NETWORK_TYPES = new Set([
  0x6969, 0x517b, 0xff53_4d42, 0xfe53_4d42, 0x0102_1997, 0x00c3_6400, 0x6573_5546,
]);

const ROUNDS = 21;
const BLOCK_BYTES = 4_096;

/**
 * Tries the folder out, in a folder of its own inside that is removed again. Where the data folder doesn't exist,
 * the nearest folder above is tried: making it is what the data center would do.
 * @throws ConcheError CONCHE_DATA_FOLDER when nothing can be written there
 */
export async function probeFolder(folder: string): Promise<FolderProbe> {
  const existing = await nearestExisting(folder);
  let own: string | undefined;
  try {
    own = await mkdtemp(join(existing, ".conche-doctor-"));
    const fsync = await measureFsync(own);
    const { bavail, bsize, type } = await statfs(own);
    return { exists: existing === folder, freeBytes: bavail * bsize, medium: mediumOf(type), fsync };
  } catch (error) {
    throw new ConcheError("CONCHE_DATA_FOLDER", {
      message: `nothing can be written to ${existing}: ${messageOf(error)}`,
      cause: error,
    });
  } finally {
    if (own !== undefined) await rm(own, { recursive: true, force: true });
  }
}

async function nearestExisting(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    try {
      if ((await stat(at)).isDirectory()) return at;
      throw new ConcheError("CONCHE_DATA_FOLDER", { message: `${at} is not a folder` });
    } catch (error) {
      if (systemCodeOf(error) !== "ENOENT" || dirname(at) === at) {
        if (error instanceof ConcheError) throw error;
        throw new ConcheError("CONCHE_DATA_FOLDER", { message: `${at}: ${messageOf(error)}`, cause: error });
      }
    }
  }
}

async function measureFsync(folder: string): Promise<FolderProbe["fsync"]> {
  const file = await open(join(folder, "block"), "w");
  const times: number[] = [];
  try {
    const block = Buffer.alloc(BLOCK_BYTES, 1);
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now();
      await file.write(block, 0, BLOCK_BYTES, round * BLOCK_BYTES);
      await file.datasync();
      times.push(performance.now() - start);
    }
  } finally {
    await file.close();
  }
  times.sort((a, b) => a - b);
  return { medianMs: times[Math.floor(ROUNDS / 2)] ?? 0, longestMs: times.at(-1) ?? 0 };
}

function mediumOf(type: number): FolderProbe["medium"] {
  // Signed on some platforms: compare as 32 bits without sign.
  const unsigned = type >>> 0;
  if (MEMORY_TYPES.has(unsigned)) return "memory";
  return NETWORK_TYPES.has(unsigned) ? "network" : "disk";
}

/** What became of listening on a port for a moment: free, in use, or why not. */
export type PortProbe =
  | { readonly kind: "free" }
  | { readonly kind: "in use" }
  | { readonly kind: "refused"; readonly detail: string };

/** Listens for a moment. Port 0 is always free, unless the address isn't this machine's. */
export function probePort(host: string, port: number): Promise<PortProbe> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => {
      if (systemCodeOf(error) === "EADDRINUSE") resolve({ kind: "in use" });
      else resolve({ kind: "refused", detail: messageOf(error) });
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve({ kind: "free" })));
  });
}

/** The wall clock, and how far it left the monotonic one while both were watched, milliseconds. */
export interface ClockProbe {
  /** Milliseconds since 1970. */
  readonly wallMs: number;
  /** How far the wall clock moved against the monotonic one while it was watched, milliseconds. */
  readonly driftMs: number;
}

/** Watches both clocks for a moment: one that is being stepped shows. */
export async function probeClock(watchMs: number): Promise<ClockProbe> {
  const [wall, monotonic] = [Date.now(), performance.now()];
  await pause(watchMs);
  const wallMs = Date.now();
  return { wallMs, driftMs: wallMs - wall - (performance.now() - monotonic) };
}

const TIMEOUT_MS = 2_000;

/** Whether a data center of ours answers on that HTTP address. */
export async function answersHealth(host: string, port: number): Promise<boolean> {
  const answers = await Promise.all([healthOver(httpGet, host, port), healthOver(httpsGet, host, port)]);
  return answers.includes(true);
}

/** Who it is by its certificate is no matter: what answers so is one of ours. */
function healthOver(get: typeof httpsGet | typeof httpGet, host: string, port: number): Promise<boolean> {
  const address = { host: host.replace(/^\[|\]$/g, ""), port, path: "/healthz", rejectUnauthorized: false };
  return new Promise((resolve) => {
    const request = get({ ...address, timeout: TIMEOUT_MS }, async (response) => {
      try {
        const report: unknown = await json(response);
        const status: unknown = Reflect.get(Object(report), "status");
        resolve(status === "alive" || status === "failed");
      } catch {
        resolve(false);
      }
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}

/** Bytes that are free for this user where a folder is; undefined where that can't be told. */
export function freeSpace(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
