import { createHash, createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

/** What an identity provider does that a test tells to misbehave. */
export interface IssuerBehaviour {
  /** Claims of the ID token beside what has to stand there; they may take its place. */
  claims: Readonly<Record<string, unknown>>;
  userinfo: Readonly<Record<string, unknown>>;
  /** Over what stands in its metadata. */
  metadata: Readonly<Record<string, unknown>>;
  signing: "right" | "another key" | "none" | "client secret";
  /** The error that it sends browsers back with. */
  refuses: string | undefined;
  /** Paths that it never answers. */
  silent: readonly string[];
  /** Paths that it answers without end. */
  endless: readonly string[];
}

/** An identity provider as small as OpenID Connect lets it be: everybody who comes has logged in already. */
export interface Issuer {
  readonly url: string;
  readonly clientSecret: string;
  readonly behaviour: IssuerBehaviour;
  /** Back to good behaviour. */
  behave(): void;
  /** Paths that it was asked for, with what was asked. */
  readonly asked: { readonly path: string; readonly query: URLSearchParams }[];
  close(): void;
}

const GOOD: IssuerBehaviour = {
  claims: { preferred_username: "amel.trabelsi", roles: ["conche-operators"] },
  ...{ userinfo: {}, metadata: {}, signing: "right", refuses: undefined, silent: [], endless: [] },
};

interface Code {
  readonly nonce: string | null;
  readonly challenge: string | null;
  readonly redirectUri: string;
  readonly clientId: string | null;
}

/**
 * @param port one that a test has used before, to come back on it
 * @param tls its certificate; without one it speaks plain HTTP
 * @param host to a browser `localhost` is another site than 127.0.0.1
 */
export async function startIssuer(
  port = 0,
  tls?: { readonly cert: string | Buffer; readonly key: string | Buffer },
  host = "127.0.0.1",
): Promise<Issuer> {
  const behaviour: IssuerBehaviour = { ...GOOD };
  const clientSecret = "a secret / with + signs";
  const [own, other] = [newKey(), newKey()];
  const codes = new Map<string, Code>();
  const asked: Issuer["asked"] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname: path, searchParams: query } = new URL(request.url ?? "/", url);
    const form = new URLSearchParams(await bodyOf(request));
    asked.push({ path, query: request.method === "POST" ? form : query });
    if (behaviour.silent.includes(path)) return;
    if (behaviour.endless.includes(path)) return endless(response);
    const answer = (status: number, body: object) =>
      void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const lead = (to: string, given: Readonly<Record<string, string>>) => {
      const target = new URL(to);
      for (const [name, value] of Object.entries(given)) target.searchParams.set(name, value);
      response.writeHead(302, { location: target.href }).end();
    };
    switch (path) {
      case "/.well-known/openid-configuration":
        return answer(200, { ...metadataOf(url), ...behaviour.metadata });
      case "/jwks":
        return answer(200, {
          keys: [{ ...own.publicKey.export({ format: "jwk" }), kid: "1", use: "sig", alg: "ES256" }],
        });
      case "/authorize": {
        const [redirectUri, state] = [query.get("redirect_uri") ?? "", query.get("state") ?? ""];
        if (behaviour.refuses !== undefined)
          return lead(redirectUri, { error: behaviour.refuses, state, iss: url });
        const code = randomUUID();
        codes.set(code, {
          redirectUri,
          nonce: query.get("nonce"),
          challenge: query.get("code_challenge"),
          clientId: query.get("client_id"),
        });
        return lead(redirectUri, { code, state, iss: url });
      }
      case "/token": {
        const code = codes.get(form.get("code") ?? "");
        codes.delete(form.get("code") ?? "");
        if (secretOf(request, form) !== clientSecret) return answer(401, { error: "invalid_client" });
        const challenge = createHash("sha256")
          .update(form.get("code_verifier") ?? "")
          .digest("base64url");
        if (code?.challenge !== challenge || code.redirectUri !== form.get("redirect_uri")) {
          return answer(400, { error: "invalid_grant", error_description: "the code is not valid" });
        }
        const nowSeconds = Math.floor(Date.now() / 1_000);
        const claims = {
          ...{ iss: url, sub: "person-1", aud: code.clientId, nonce: code.nonce },
          ...{ iat: nowSeconds, exp: nowSeconds + 300 },
          ...behaviour.claims,
        };
        const key = behaviour.signing === "another key" ? other.privateKey : own.privateKey;
        const id_token = jwt(claims, behaviour.signing, key, clientSecret);
        return answer(200, { access_token: "access", token_type: "Bearer", expires_in: 300, id_token });
      }
      case "/userinfo":
        return answer(200, { sub: "person-1", ...behaviour.userinfo });
      case "/end_session":
        return lead(query.get("post_logout_redirect_uri") ?? url, {});
      default:
        return answer(404, {});
    }
  };
  const listener = (request: IncomingMessage, response: ServerResponse) =>
    void serve(
      request,
      response.on("error", () => {}),
    );
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await once(server.listen(port, host), "listening");
  const { port: bound } = server.address() as AddressInfo;
  const url = `${tls === undefined ? "http" : "https"}://${host}:${bound}`;
  return {
    ...{ url, clientSecret, behaviour, asked },
    behave: () => void Object.assign(behaviour, GOOD),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** In the body, or in the header, where both parts are escaped as in forms (RFC 6749, 2.3.1). */
function secretOf({ headers }: IncomingMessage, form: URLSearchParams): string | null {
  const [, basic] = /^Basic (.*)$/.exec(headers.authorization ?? "") ?? [];
  if (basic === undefined) return form.get("client_secret");
  const [, secret = ""] = Buffer.from(basic, "base64").toString().split(":");
  return new URLSearchParams(`secret=${secret}`).get("secret");
}

function metadataOf(url: string): object {
  return {
    issuer: url,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    jwks_uri: `${url}/jwks`,
    userinfo_endpoint: `${url}/userinfo`,
    end_session_endpoint: `${url}/end_session`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["ES256"],
    token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
  };
}

function newKey() {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

function jwt(claims: object, signing: IssuerBehaviour["signing"], key: KeyObject, secret: string): string {
  const alg = signing === "none" ? "none" : signing === "client secret" ? "HS256" : "ES256";
  const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const signed = `${encoded({ alg, kid: "1", typ: "JWT" })}.${encoded(claims)}`;
  const signature =
    alg === "none"
      ? ""
      : alg === "HS256"
        ? createHmac("sha256", secret).update(signed).digest("base64url")
        : sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" }).toString("base64url");
  return `${signed}.${signature}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const part of request.setEncoding("utf8")) body += String(part);
  return body;
}

/** More and more of it, until whoever reads has had enough. */
function endless(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" });
  const more = () => {
    while (!response.destroyed && response.write(" ".repeat(65_536)));
    if (!response.destroyed) response.once("drain", more);
  };
  more();
}
