import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { StandingLogin } from "../../access/http-logins.ts";
import { badRequest } from "../../api/problem.ts";
import { PAGE_ROLES } from "../../api/route-roles.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import {
  auditRefusal,
  type HttpAccess,
  refuse,
  requireOwnPage,
  SESSION_PATH,
  whoAsks,
} from "./login-gate.ts";
import { addProviderPages } from "./provider-pages.ts";
import { clearCookie, cookieOf, setCookie } from "./session-cookie.ts";

const PATH = SESSION_PATH;
const CONFIG = { role: PAGE_ROLES[PATH] };
/** On the machine itself, while no token was made, everybody may do everything. */
const NO_LOGIN = { login: "none", name: null, role: "admin", ends_at: null, provider: null };

/** Adds `/api/session`: who asks, logging in and out. Without `access` nobody has to log in. */
export function addSessions(app: FastifyInstance, access: HttpAccess | undefined): void {
  const provider = access?.providerLogins?.title ?? null;
  const nobody = { login: "required", name: null, role: null, ends_at: null, provider };
  app.get(PATH, { config: CONFIG }, (request, reply) => {
    if (access === undefined) return NO_LOGIN;
    return answered(request, reply, () => {
      try {
        if (!access.logins.required()) return NO_LOGIN;
        return shown(whoAsks(request, access), provider);
      } catch (error) {
        // A page that asks whether anybody is logged in is no attempt; a token that doesn't count is one.
        const { authorization } = request.headers;
        if (authorization === undefined && isLoginNeeded(error)) return nobody;
        auditRefusal(error, request, access);
        throw error;
      }
    });
  });
  if (access === undefined) return;
  const { logins, audit, providerLogins } = access;
  addProviderPages(app, access);

  app.post(PATH, { config: CONFIG }, (request, reply) =>
    answered(request, reply, () => {
      try {
        requireOwnPage(request, { by: "session" });
        const started = logins.begin(given(request.body), request.ip);
        if ("refusal" in started) throw started.limit ? tooMany() : refused(started.refusal);
        setCookie(request, reply, started.secret);
        const { name, role } = started.login;
        record("login", request, name, `as ${role}`);
        return shown(started, provider);
      } catch (error) {
        auditRefusal(error, request, access);
        throw error;
      }
    }),
  );

  app.delete(PATH, { config: CONFIG }, async (request, reply) => {
    try {
      requireOwnPage(request, { by: "session" });
      const secret = cookieOf(request);
      const standing = secret === undefined ? undefined : logins.withSession(secret);
      const ended = secret === undefined ? undefined : logins.end(secret);
      if (standing !== undefined) record("logout", request, standing.login.name, "by the person");
      clearCookie(request, reply);
      // Here it is over; at the provider it is when the browser has been there.
      const provided = ended !== undefined && typeof ended.holder !== "number";
      const leave_at = provided ? await providerLogins?.leave(ended.idToken) : undefined;
      return leave_at === undefined ? reply.code(204).send() : { leave_at };
    } catch (error) {
      return refuse(request, reply, error);
    }
  });

  const record = (kind: "login" | "logout", request: FastifyRequest, subject: string, detail: string) =>
    audit.record({ kind, subject, clientId: null, remote: request.ip, object: "dashboard", detail });
}

function answered<Answer>(request: FastifyRequest, reply: FastifyReply, work: () => Answer) {
  try {
    return work();
  } catch (error) {
    return refuse(request, reply, error);
  }
}

/** @throws ConcheError CONCHE_REQUEST_INVALID */
function given(body: unknown): { readonly token: string } | { readonly code: string } {
  const { token, code } = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  if (typeof token === "string" && code === undefined) return { token: token.trim() };
  if (typeof code === "string" && token === undefined) return { code: code.trim() };
  throw badRequest("one of token and code is wanted, as text");
}

function shown({ login: { name, role }, endsMs }: StandingLogin, provider: string | null) {
  return {
    login: "required",
    name,
    role,
    ends_at: endsMs === undefined ? null : new Date(endsMs).toISOString(),
    provider,
  };
}

function isLoginNeeded(error: unknown): boolean {
  return error instanceof ConcheError && error.code === "CONCHE_LOGIN_NEEDED";
}

function refused(why: string): ConcheError {
  return new ConcheError("CONCHE_LOGIN_NEEDED", { message: why });
}

function tooMany(): ConcheError {
  return new ConcheError("CONCHE_LOGIN_LIMIT", { message: "too many wrong tokens came from this address" });
}
