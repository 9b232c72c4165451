import type { FastifyInstance, FastifyReply } from "fastify";
import { FairLines } from "../../access/fair-lines.ts";
import { problemAnswer } from "../../api/door.ts";
import { type LiveChanges, type LiveReader, subjectsOf } from "../../api/live.ts";
import { badRequest } from "../../api/problem.ts";
import { PAGE_ROLES } from "../../api/route-roles.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { callerOf } from "./caller.ts";
import { NO_LIMIT_MS } from "./http-limits.ts";
import { sendAnswer } from "./send-answer.ts";
import { endWithLogin } from "./stream-login.ts";

/** Readers at a time, of all callers; each holds a connection open. */
const MOST_READERS = 200;
/** Longest silence, milliseconds: shorter than the time after which a silent connection is closed. */
const HEARTBEAT_MS = 4_000;
/** After a lost connection, a browser comes back after so long, milliseconds. */
const RECONNECT_MS = 2_000;

/** Adds `/api/live`: server-sent events, as the HTML standard has them. */
export function addLiveStream(app: FastifyInstance, live: LiveChanges): void {
  const config = { role: PAGE_ROLES["/api/live"] };
  const places = new FairLines<() => void>(MOST_READERS);
  app.get("/api/live", { config, handlerTimeout: NO_LIMIT_MS }, (request, reply) => {
    try {
      const { of, after } = request.query as { of?: string | string[]; after?: string | string[] };
      const subjects = subjectsOf(Array.isArray(of) ? of.join(",") : of);
      const asked = positionOf(after);
      if (after !== undefined && asked === undefined)
        throw badRequest("after: must be a whole number from 0 on");
      // What a browser sends by itself is nobody's mistake.
      const position = positionOf(request.headers["last-event-id"]) ?? asked;
      const caller = callerOf(request);
      const giveWay = () => endForOthers(reply);
      const gaveWay = places.add(caller, giveWay);
      if (gaveWay === giveWay) throw tooMany(caller, places.of(caller));
      gaveWay?.();
      reply.raw.on("close", () => places.remove(caller, giveWay));
      stream(live, subjects, position, reply);
      endWithLogin(request, reply);
      return reply;
    } catch (error) {
      return sendAnswer(reply, problemAnswer(error));
    }
  });
}

function stream(
  live: LiveChanges,
  subjects: readonly string[] | undefined,
  after: number | undefined,
  reply: FastifyReply,
): void {
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" });
  let full = false;
  let reader: LiveReader | undefined;
  const write = () => {
    // A full socket takes nothing more; what changes meanwhile is coalesced where it waits.
    if (full || raw.destroyed || raw.writableEnded || reader === undefined) return;
    const events = reader.take();
    if (events.length === 0) return;
    const last = events.length - 1;
    // Only the last one carries the id: who loses the connection between two hears of all of them again.
    const text = events
      .map((event, index) => {
        const id = index === last ? `id: ${event.position}\n` : "";
        return `event: change\n${id}data: ${JSON.stringify(event)}\n\n`;
      })
      .join("");
    full = !raw.write(text);
  };
  reader = live.follow(subjects, after, write);
  // An event, not a comment: a page learns of nothing else that a wire was cut and nobody told.
  const beat = () => `event: beat\ndata: ${JSON.stringify({ position: live.position })}\n\n`;
  const heartbeat = setInterval(() => {
    if (!full && !raw.writableEnded) full = !raw.write(beat());
  }, HEARTBEAT_MS);
  raw.on("drain", () => {
    full = false;
    write();
  });
  raw.on("close", () => {
    clearInterval(heartbeat);
    reader?.close();
  });
  raw.write(`retry: ${RECONNECT_MS}\n\n`);
  write();
}

/** Its place goes to somebody who has fewer. A browser comes back by itself, and is told then. */
function endForOthers({ raw }: FastifyReply): void {
  // What isn't read would keep the connection that is to be free.
  if (raw.writableNeedDrain) raw.destroy();
  else raw.end(": other callers have fewer of the places than you: this one went to one of them\n\n");
}

function positionOf(text: string | string[] | undefined): number | undefined {
  if (typeof text !== "string" || !/^\d+$/.test(text)) return undefined;
  return Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
}

function tooMany(caller: string, own: number): ConcheError {
  return new ConcheError("CONCHE_STREAM_LIMIT", {
    message: `${MOST_READERS} readers follow already, ${own} of them for ${caller}; no other caller has more`,
    retryable: true,
  });
}
