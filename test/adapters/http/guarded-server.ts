import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { DESK_ROLES, type DeskRole } from "../../../src/access/access-document.ts";
import type { AuditEvent } from "../../../src/access/audit.ts";
import { HttpLogins } from "../../../src/access/http-logins.ts";
import { Sessions } from "../../../src/access/sessions.ts";
import { type HealthServerOptions, startHealthServer } from "../../../src/adapters/http/health-server.ts";
import type { HttpAccess } from "../../../src/adapters/http/login-gate.ts";
import { newSecret, secretHash } from "../../../src/adapters/sqlite/tokens/token-secret.ts";
import { TokenStore } from "../../../src/adapters/sqlite/tokens/token-store.ts";
import { loadPlant } from "../../../src/adapters/yaml/load-plant.ts";
import type { ApiRequest } from "../../../src/api/door.ts";
import { addressSpaceOf } from "../../../src/api/i3x/address-space.ts";
import { SubscriptionDoor } from "../../../src/api/i3x/subscription-door.ts";
import { Subscriptions } from "../../../src/api/i3x/subscriptions.ts";
import { LiveChanges } from "../../../src/api/live.ts";
import { openApi } from "../../../src/api/openapi.ts";
import { ROUTES } from "../../../src/api/routes.ts";
import { afterwards } from "../../servers/afterwards.ts";

const PLANT = join(import.meta.dirname, "../../../plants/chocolate.yaml");

/** An HTTP server with every route of the API, whose answers are all the same, and a token of each role. */
export interface GuardedServer {
  readonly url: string;
  readonly port: number;
  readonly secrets: Readonly<Record<DeskRole, string>>;
  readonly store: TokenStore;
  readonly logins: HttpLogins;
  readonly audited: readonly AuditEvent[];
  readonly asked: readonly ApiRequest[];
  readonly live: LiveChanges;
  /** Lets time go by for sessions and tokens, milliseconds. */
  readonly pass: (ms: number) => void;
}

export async function guardedServer(
  t: TestContext,
  {
    certified,
    ...options
  }: Partial<HealthServerOptions> & { readonly certified?: HttpAccess["withCertificate"] } = {},
): Promise<GuardedServer> {
  const folder = mkdtempSync(join(tmpdir(), "conche-guarded-"));
  const store = new TokenStore(folder);
  let nowMs = Date.now();
  const secrets = Object.fromEntries(
    DESK_ROLES.map((role) => [
      role,
      store.create({ name: `a ${role}`, role, expiresMs: undefined }, nowMs).secret,
    ]),
  ) as Record<DeskRole, string>;
  const logins = new HttpLogins({
    tokens: store,
    sessions: new Sessions({ idleMs: 600_000, lengthMs: 3_600_000, sessions: 100, ofOneToken: 5 }),
    openWithoutTokens: true,
    now: () => nowMs,
    hash: secretHash,
    newSecret,
  });
  const audited: AuditEvent[] = [];
  const asked: ApiRequest[] = [];
  const live = new LiveChanges();
  const subscriptions = new Subscriptions({
    space: addressSpaceOf(await loadPlant(PLANT)),
    now: () => 0,
    newId: newSecret,
  });
  const running = await startHealthServer({
    port: 0,
    health: () => ({ alive: true, ready: true, checks: [{ name: "log", ok: true, detail: "a detail" }] }),
    metrics: async () => "conche_up 1\n",
    api: {
      routes: ROUTES,
      openApi: () => openApi(ROUTES, "0"),
      ask: async (request) => {
        asked.push(request);
        return { status: 200, headers: { "content-type": "application/json" }, body: "{}" };
      },
      live,
      i3x: {
        door: new SubscriptionDoor(subscriptions, () => {}),
        info: { status: 200, headers: { "content-type": "application/json" }, body: "{}" },
      },
    },
    access: { logins, audit: { record: (event) => void audited.push(event) }, withCertificate: certified },
    ...options,
  });
  afterwards(t, async () => {
    await running.close();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    url: `http://127.0.0.1:${running.port}`,
    port: running.port,
    ...{ secrets, store, logins, audited, asked, live },
    pass: (ms) => {
      nowMs += ms;
    },
  };
}

/** The headers with which a program shows its token. */
export function bearer(secret: string): { readonly authorization: string } {
  return { authorization: `Bearer ${secret}` };
}
