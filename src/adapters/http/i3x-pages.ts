import type { FastifyInstance, FastifyReply } from "fastify";
import type { ApiAnswer, ApiRequest } from "../../api/door.ts";
import { failure } from "../../api/i3x/envelope.ts";
import { I3X_BASE, I3X_QUESTIONS } from "../../api/i3x/questions.ts";
import { SUBSCRIPTION_PATHS, type SubscriptionDoor } from "../../api/i3x/subscription-door.ts";
import { Subscription, type UpdateStream } from "../../api/i3x/subscriptions.ts";
import { I3X_ROLES } from "../../api/route-roles.ts";
import { callerOf } from "./caller.ts";
import { type HttpLimits, NO_LIMIT_MS } from "./http-limits.ts";
import { pathOf } from "./refusals.ts";
import { sendCompressed } from "./send-answer.ts";
import { endWithLogin } from "./stream-login.ts";

/** i3X as the server has it. */
export interface I3xSource {
  readonly ask: (request: ApiRequest) => Promise<ApiAnswer>;
  readonly door: SubscriptionDoor;
  /** The answer to `GET /info`. */
  readonly info: ApiAnswer;
}

/** Longest silence of a stream, milliseconds: shorter than the time after which a silent connection is closed. */
const HEARTBEAT_MS = 4_000;
const MOST_STREAMS = 100;

/** Adds i3X 1.0 below `/api/i3x/v1`. Its errors have a form of their own. */
export function addI3x(app: FastifyInstance, { ask, door, info }: I3xSource, limits: HttpLimits): void {
  app.register(
    async (scope) => {
      const config = { role: I3X_ROLES.POST };
      scope.get("/info", { config: { role: I3X_ROLES.info } }, (request, reply) =>
        sendCompressed(request, reply, info),
      );
      for (const { method, path, name } of I3X_QUESTIONS) {
        scope.route({
          method,
          url: path,
          config: { role: I3X_ROLES[method] },
          handlerTimeout: NO_LIMIT_MS,
          handler: async (request, reply) => {
            // As for the API: whoever answers has a limit of its own.
            request.raw.socket.setTimeout(0);
            const query = { ...(request.query as object) };
            const { body } = request;
            const login = request.standing?.login;
            const asked = { route: name, params: {}, query, body, accept: "", ifNoneMatch: "" };
            const answer = await ask(login === undefined ? asked : { ...asked, login });
            request.raw.socket.setTimeout(limits.silenceMs);
            return sendCompressed(request, reply, answer);
          },
        });
      }
      for (const path of SUBSCRIPTION_PATHS) {
        scope.post(`/subscriptions${path}`, { config }, (request, reply) =>
          sendCompressed(request, reply, door.answer(path, request.body, callerOf(request))),
        );
      }
      let streams = 0;
      scope.post("/subscriptions/stream", { config, handlerTimeout: NO_LIMIT_MS }, (request, reply) => {
        const found = door.streamed(request.body);
        if (!(found instanceof Subscription)) return sendCompressed(request, reply, found);
        if (streams >= MOST_STREAMS) {
          return sendCompressed(request, reply, failure(429, `${MOST_STREAMS} streams are open already`));
        }
        streams++;
        stream(found, reply, () => streams--);
        endWithLogin(request, reply);
        return reply;
      });
      scope.all("/*", { config }, (request, reply) =>
        sendCompressed(request, reply, failure(404, `there is no ${request.method} ${pathOf(request.url)}`)),
      );
    },
    { prefix: I3X_BASE },
  );
}

function stream(subscription: Subscription, reply: FastifyReply, onEnd: () => void): void {
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" });
  let full = false;
  const own: UpdateStream = {
    send(updates) {
      // A full socket takes nothing more; what changes meanwhile waits in the queue, which is bounded.
      if (full || raw.destroyed) return false;
      full = !raw.write(`data: ${JSON.stringify(updates)}\n\n`);
      return true;
    },
    end: () => raw.end(),
  };
  const heartbeat = setInterval(() => {
    if (!full && !raw.writableEnded) full = !raw.write(": still here\n\n");
  }, HEARTBEAT_MS);
  raw.on("drain", () => {
    full = false;
    subscription.flush();
  });
  raw.on("close", () => {
    clearInterval(heartbeat);
    subscription.closed(own);
    onEnd();
  });
  raw.write(": open\n\n");
  subscription.open(own);
}
