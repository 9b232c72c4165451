import { type IncomingMessage, request as requestHttp } from "node:http";
import { Agent, request as requestHttps } from "node:https";
import { getCACertificates } from "node:tls";
import type { CustomFetch } from "openid-client";
import { isLoopback } from "../../access/loopback.ts";
import { ConcheError, messageOf, systemCodeOf } from "../../errors/conche-error.ts";

/** No answer of a provider is longer: its metadata, keys, tokens and claims, bytes. */
export const MOST_ANSWER_BYTES = 262_144;
/** Statuses whose answer has no body (Fetch, 2.2.3). */
const BODILESS = [204, 205, 304];

/**
 * Asks the provider, as `fetch` does, but for its authorities, a bound on what it answers, and what may not be encrypted:
 * Node's own `fetch` takes no authorities without a library of its own.
 * @param ca authorities that its certificate is checked with; undefined: the system's, and those that come with Node
 */
export function providerFetch(ca: readonly Buffer[] | undefined): CustomFetch {
  const agent = new Agent({
    ca: ca === undefined ? [...getCACertificates("default"), ...getCACertificates("system")] : [...ca],
    keepAlive: false,
  });
  return async (address, { method, headers, body, signal }) => {
    const url = new URL(address);
    if (url.protocol !== "https:" && !isLoopback(url.hostname)) {
      const message = `the identity provider's ${url.origin} speaks plain HTTP, and is not this machine`;
      throw new ConcheError("CONCHE_OIDC_ANSWER", { message });
    }
    const sent = body === undefined || body === null ? undefined : Buffer.from(textOf(body));
    const options = {
      method,
      headers: { ...headers, ...(sent === undefined ? {} : { "content-length": String(sent.length) }) },
      ...(signal === undefined ? {} : { signal }),
    };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked =
        url.protocol === "https:"
          ? requestHttps(url, { ...options, agent }, resolve)
          : requestHttp(url, options, resolve);
      asked.on("error", reject).end(sent);
    }).catch((error: unknown) => {
      throw unreachable(url, error, signal);
    });
    return responseOf(url, answer, signal);
  };
}

async function responseOf(url: URL, answer: IncomingMessage, signal?: AbortSignal): Promise<Response> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of answer as AsyncIterable<Buffer>) {
      bytes += part.length;
      if (bytes > MOST_ANSWER_BYTES) {
        const message = `${url.origin}${url.pathname} answers with more than ${MOST_ANSWER_BYTES} bytes`;
        throw new ConcheError("CONCHE_OIDC_ANSWER", { message });
      }
      parts.push(part);
    }
  } catch (error) {
    answer.destroy();
    throw error instanceof ConcheError ? error : unreachable(url, error, signal);
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const status = answer.statusCode ?? 500;
  return new Response(BODILESS.includes(status) ? null : Buffer.concat(parts), { status, headers });
}

/** What the library sends: forms, and nothing else. */
function textOf(body: unknown): string {
  return body instanceof URLSearchParams || typeof body === "string" ? String(body) : "";
}

function unreachable(url: URL, error: unknown, signal: AbortSignal | undefined): ConcheError {
  const why = signal?.aborted ? "it takes too long to answer" : (systemCodeOf(error) ?? messageOf(error));
  const message = `${url.origin}${url.pathname} can't be asked: ${why}`;
  return new ConcheError("CONCHE_OIDC_UNREACHABLE", { message, cause: error, retryable: true });
}
