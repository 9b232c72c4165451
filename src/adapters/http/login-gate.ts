import type { X509Certificate } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { mayAs } from "../../access/access-document.ts";
import type { AuditTrail } from "../../access/audit.ts";
import type { HttpLogin, HttpLogins, LoginRefusal, StandingLogin } from "../../access/http-logins.ts";
import type { ProviderLogins } from "../../access/provider-logins.ts";
import { problemOf } from "../../api/problem.ts";
import type { NeededRole } from "../../api/route-roles.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { sendProblem } from "./refusals.ts";
import { cookieOf } from "./session-cookie.ts";
import { clientCertificate } from "./tls-server.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What the route needs; `admin` where it is left out. */
    role?: NeededRole;
  }
  interface FastifyRequest {
    /** Who asks; null where nobody had to say. */
    standing: StandingLogin | null;
  }
}

/** Who is asked who they are, and where it is said. */
export interface HttpAccess {
  readonly logins: HttpLogins;
  readonly audit: AuditTrail;
  /** People log in with the plant's identity provider, too. */
  readonly providerLogins?: ProviderLogins | undefined;
  /** Who shows a certificate is logged in; without it certificates log in nobody. */
  readonly withCertificate?: ((certificate: X509Certificate) => StandingLogin | LoginRefusal) | undefined;
}

/** Where browsers log in. */
export const SESSION_PATH = "/api/session";
const LOGIN_CODES: readonly string[] = ["CONCHE_LOGIN_NEEDED", "CONCHE_LOGIN_LIMIT"];
const READING_METHODS = ["GET", "HEAD"];
/** Pages of other servers can send neither this header nor one of these fetch sites. */
export const ACTING_HEADER = "x-conche-request";
const OWN_SITES: readonly (string | undefined)[] = [undefined, "same-origin", "none"];

type Admit = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>;

/** The second thing every request passes: who asks, and whether their role is enough. */
export function loginGate(access: HttpAccess): Admit {
  return async (request, reply) => {
    const needed = request.routeOptions.config.role ?? "admin";
    if (request.is404 || needed === "anybody") return undefined;
    try {
      if (!access.logins.required()) return undefined;
      const standing = whoAsks(request, access);
      requireOwnPage(request, standing.login);
      if (!mayAs(standing.login.role, needed)) throw roleMissing(standing.login, needed, placeOf(request));
      request.standing = standing;
      return undefined;
    } catch (error) {
      auditRefusal(error, request, access);
      return refuse(request, reply, error);
    }
  };
}

/** Whether a request on a page that anybody may see comes from somebody who may see all of it. Never throws. */
export function isKnown(request: FastifyRequest, access: HttpAccess | undefined): boolean {
  if (access === undefined) return true;
  try {
    if (!access.logins.required()) return true;
    whoAsks(request, access);
    return true;
  } catch {
    return false;
  }
}

/**
 * Who asks: by the token that the request bears, the session of its cookie, or the certificate of its connection.
 * @throws ConcheError CONCHE_LOGIN_NEEDED, CONCHE_LOGIN_LIMIT, and what reading the tokens gives
 */
export function whoAsks(request: FastifyRequest, { logins, withCertificate }: HttpAccess): StandingLogin {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const [, token] = /^Bearer +([^\s]+)$/i.exec(authorization) ?? [];
    if (token === undefined) throw loginNeeded("the Authorization header is none of the form `Bearer TOKEN`");
    const found = logins.withToken(token, request.ip);
    if ("refusal" in found) throw found.limit ? loginLimit() : loginNeeded(found.refusal);
    return found;
  }
  const cookie = cookieOf(request);
  const session = cookie === undefined ? undefined : logins.withSession(cookie);
  if (session !== undefined) return session;
  const shown = withCertificate === undefined ? undefined : clientCertificate(request.socket);
  if (withCertificate === undefined || shown === undefined)
    throw loginNeeded(cookie === undefined ? "nobody has logged in" : "the session is over");
  const certified = withCertificate(shown);
  if ("refusal" in certified) throw loginNeeded(certified.refusal);
  return certified;
}

/**
 * What a session does must come from our own pages: a browser sends its cookie, and shows its certificate, by itself; a
 * token it doesn't.
 * @throws ConcheError CONCHE_REQUEST_FOREIGN
 */
export function requireOwnPage(request: FastifyRequest, login: Pick<HttpLogin, "by">): void {
  if (login.by === "token" || READING_METHODS.includes(request.method)) return;
  const site = request.headers["sec-fetch-site"];
  if (request.headers[ACTING_HEADER] === "1" && OWN_SITES.includes(site?.toString())) return;
  throw new ConcheError("CONCHE_REQUEST_FOREIGN", {
    message: `a request that acts with a session needs the header ${ACTING_HEADER}: 1 and comes from this server's own pages`,
  });
}

/** Answers with the problem, as whoever asks can read it; nothing more is read of the request. */
export function refuse(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const { status } = problemOf(error);
  if (status === 401) reply.header("www-authenticate", 'Bearer realm="conche"');
  if (status === 429) reply.header("retry-after", "60");
  if (!READING_METHODS.includes(request.method)) reply.header("connection", "close");
  return sendProblem(request, reply, error);
}

/** Writes down who was not let in, and where. */
export function auditRefusal(error: unknown, request: FastifyRequest, { audit }: HttpAccess): void {
  if (!(error instanceof ConcheError)) return;
  const tried = request.headers.authorization !== undefined || request.routeOptions.url === SESSION_PATH;
  const login = tried && LOGIN_CODES.includes(error.code);
  audit.record({
    kind: login ? "login-refused" : "request-refused",
    subject: error instanceof RefusedLogin ? error.subject : null,
    clientId: null,
    remote: request.ip,
    object: placeOf(request),
    detail: error.message,
  });
}

/** The route, not the address that was typed: there are few of them. */
function placeOf(request: FastifyRequest): string {
  return `${request.method} ${request.routeOptions.url ?? "elsewhere"}`;
}

/** A refusal of somebody who is known. */
class RefusedLogin extends ConcheError {
  readonly subject: string;

  constructor(subject: string, message: string) {
    super("CONCHE_ROLE_MISSING", { message });
    this.subject = subject;
  }
}

function roleMissing({ name, role }: HttpLogin, needed: NeededRole, place: string): ConcheError {
  return new RefusedLogin(name, `${place} needs the role ${needed}; ${name} has the role ${role}`);
}

function loginNeeded(why: string): ConcheError {
  return new ConcheError("CONCHE_LOGIN_NEEDED", { message: why });
}

function loginLimit(): ConcheError {
  return new ConcheError("CONCHE_LOGIN_LIMIT", { message: "too many wrong tokens came from this address" });
}
