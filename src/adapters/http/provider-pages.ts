import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ownPath } from "../../access/own-path.ts";
import { notFound } from "../../api/problem.ts";
import { PAGE_ROLES } from "../../api/route-roles.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { type HttpAccess, refuse } from "./login-gate.ts";
import { loginCookieOf, setCookie, setLoginCookie } from "./session-cookie.ts";

/** Where a browser begins to log in with the identity provider. */
export const PROVIDER_BEGIN = "/api/session/oidc";
/** Where the provider sends it back to. */
export const PROVIDER_CALLBACK = "/api/session/oidc/callback";
/** What the dashboard's address carries when that came to nothing: `/#login-problem=CODE`. */
const PROBLEM = "#login-problem=";

/** A HEAD, as programs send that look at links, must begin nothing and use nothing up. */
const options = (path: typeof PROVIDER_BEGIN | typeof PROVIDER_CALLBACK) => ({
  config: { role: PAGE_ROLES[path] },
  exposeHeadRoute: false,
});

/** Adds the two pages by which browsers log in with the plant's identity provider. */
export function addProviderPages(app: FastifyInstance, { providerLogins, audit }: HttpAccess): void {
  app.get(PROVIDER_BEGIN, options(PROVIDER_BEGIN), async (request, reply) => {
    const { to } = request.query as Record<string, unknown>;
    try {
      if (providerLogins === undefined) throw noProvider();
      const { url, browser } = await providerLogins.begin(to, loginCookieOf(request), request.ip);
      setLoginCookie(request, reply, browser);
      return reply.redirect(url, 302);
    } catch (error) {
      return cameToNothing(request, reply, ownPath(to), error);
    }
  });

  app.get(PROVIDER_CALLBACK, options(PROVIDER_CALLBACK), async (request, reply) => {
    if (providerLogins === undefined) return refuse(request, reply, noProvider());
    const answer = new URL(request.url, "http://own.invalid").searchParams;
    const came = await providerLogins.finish(answer, loginCookieOf(request), request.ip);
    if ("error" in came) return cameToNothing(request, reply, came.to, came.error);
    const { name, role, subject } = came.person;
    setCookie(request, reply, came.started.secret);
    record("login", request, name, `as ${role}, by ${providerLogins.title} (${subject})`);
    return reply.redirect(came.to, 302);
  });

  /** People read why on the login page, programs in a problem. */
  const cameToNothing = (request: FastifyRequest, reply: FastifyReply, to: string, error: unknown) => {
    const code = error instanceof ConcheError ? error.code : "CONCHE_INTERNAL";
    if (code !== "CONCHE_NOT_FOUND") {
      record(
        "login-refused",
        request,
        null,
        error instanceof ConcheError ? `${code}: ${error.message}` : code,
      );
    }
    if (!(request.headers.accept ?? "").includes("text/html")) return refuse(request, reply, error);
    return reply.redirect(`${to}${PROBLEM}${code}`, 302);
  };

  const record = (
    kind: "login" | "login-refused",
    request: FastifyRequest,
    subject: string | null,
    detail: string,
  ) => audit.record({ kind, subject, clientId: null, remote: request.ip, object: "dashboard", detail });
}

function noProvider(): ConcheError {
  return notFound(
    "nobody logs in here with an identity provider",
    "docs/secure-the-dashboard.md says how to set one up",
  );
}
