import type { ConnectPacket } from "aedes";
import type { AccessRules } from "../../access/access-rules.ts";
import { addressPrefix, FailedLogins } from "../../access/failed-logins.ts";
import type { Logins } from "../../access/logins.ts";
import { REASON, type ReasonCode } from "../../mqtt/reason-codes.ts";
import type { RefusalReason } from "./broker-event.ts";
import type { BrokerLimits } from "./broker-limits.ts";
import type { ClientLink } from "./client-link.ts";
import { connectFault } from "./connect-rules.ts";

/** Why a CONNECT is refused. */
export interface ConnectRefusal {
  readonly code: ReasonCode;
  readonly reason: RefusalReason;
  readonly detail: string;
}

/** Who is connected under a client identifier, and to whom its session belongs. */
export interface ClientDirectory {
  connectedAs(clientId: string): ClientLink | undefined;
  belongsToOther(clientId: string, user: string | undefined): boolean;
  /** A connection ends an older one of the same user. */
  takenOver(link: ClientLink, older: ClientLink): void;
}

const REFUSED: Readonly<Partial<Record<ReasonCode, RefusalReason>>> = {
  [REASON.CLIENT_IDENTIFIER_NOT_VALID]: "client-id",
  [REASON.BAD_USER_NAME_OR_PASSWORD]: "credentials",
  [REASON.BAD_AUTHENTICATION_METHOD]: "credentials",
  [REASON.QOS_NOT_SUPPORTED]: "will",
  [REASON.TOPIC_NAME_INVALID]: "will",
  [REASON.QUOTA_EXCEEDED]: "will",
};

/** Decides on every CONNECT: its form, the user's password, whose client identifier it is. */
export class Admission {
  readonly #limits: BrokerLimits;
  readonly #logins: Logins | undefined;
  readonly #rules: AccessRules;
  readonly #directory: ClientDirectory;
  readonly #failures: FailedLogins;
  /** The last connection that was let through for each identifier, until it is established or gone. */
  readonly #turns = new Map<string, Promise<void>>();
  #closed = false;

  constructor(
    limits: BrokerLimits,
    logins: Logins | undefined,
    rules: AccessRules,
    directory: ClientDirectory,
  ) {
    this.#limits = limits;
    this.#logins = logins;
    this.#rules = rules;
    this.#directory = directory;
    this.#failures = new FailedLogins(limits.failedLogins);
  }

  /** From now on nobody is let in. */
  close(): void {
    this.#closed = true;
  }

  /** Resolves with the reason when the client is refused; otherwise nobody else is connected under its identifier. */
  async decide(link: ClientLink, packet: ConnectPacket): Promise<ConnectRefusal | undefined> {
    if (this.#closed) return SHUTTING_DOWN;
    const fault = connectFault(packet, this.#limits);
    if (fault !== undefined) {
      return { code: fault.reason, reason: REFUSED[fault.reason] ?? "protocol", detail: fault.detail };
    }
    const refusal = await this.#authenticate(link, packet);
    if (refusal !== undefined) return refusal;
    if (this.#logins !== undefined) link.user = packet.username;
    const { clientId, will } = packet;
    const denial =
      will && this.#rules.publishRefusal({ clientId, user: link.user, remote: link.remote }, will.topic);
    if (will !== undefined && denial !== undefined) {
      const detail = `will on ${will.topic}: ${denial}`;
      return { code: REASON.NOT_AUTHORIZED, reason: "will", detail };
    }
    if (packet.clientId !== "") await this.#turn(packet.clientId, link);
    if (this.#closed) return SHUTTING_DOWN;
    return this.#takeOver(link, packet.clientId);
  }

  async #authenticate(link: ClientLink, packet: ConnectPacket): Promise<ConnectRefusal | undefined> {
    if (this.#logins === undefined) return undefined;
    if (packet.username === undefined || packet.password === undefined) {
      return {
        code: REASON.NOT_AUTHORIZED,
        reason: "credentials",
        detail: "a user name and a password are needed",
      };
    }
    const { username, password } = packet;
    const origin = addressPrefix(link.remote);
    // What is known to be right is let in whatever others from there have tried.
    if (this.#failures.blocked(origin, username, performance.now()))
      return (await this.#logins.knows(username, password)) ? undefined : TOO_MANY_ATTEMPTS;
    const result = await this.#logins.login(username, password, origin);
    if (result === "accepted") return undefined;
    if (result === "busy") return TOO_MANY_ATTEMPTS;
    this.#failures.failed(origin, username, performance.now());
    return {
      code: REASON.BAD_USER_NAME_OR_PASSWORD,
      reason: "credentials",
      detail: "wrong user name or password",
    };
  }

  /** Connections under one identifier are established one after the other: aedes loses track of three at once. */
  async #turn(clientId: string, link: ClientLink): Promise<void> {
    const before = this.#turns.get(clientId);
    this.#turns.set(clientId, link.established);
    void link.established.then(() => {
      if (this.#turns.get(clientId) === link.established) this.#turns.delete(clientId);
    });
    await before;
  }

  /**
   * A new connection ends the one before it (MQTT 5, 3.1.4), if it is the same user's: otherwise anybody who may
   * connect at all could throw out a machine.
   */
  #takeOver(link: ClientLink, clientId: string): ConnectRefusal | undefined {
    const connected = this.#directory.connectedAs(clientId);
    const foreign =
      connected === undefined
        ? this.#directory.belongsToOther(clientId, link.user)
        : connected.user !== link.user;
    if (foreign) {
      const detail = "the client identifier belongs to another user";
      return { code: REASON.NOT_AUTHORIZED, reason: "session-of-other-user", detail };
    }
    if (connected !== undefined) {
      this.#directory.takenOver(link, connected);
      connected.close(REASON.SESSION_TAKEN_OVER, "a new connection uses the client identifier");
    }
    return undefined;
  }
}

const SHUTTING_DOWN: ConnectRefusal = {
  code: REASON.SERVER_UNAVAILABLE,
  reason: "shutting-down",
  detail: "the data center is stopping",
};

const TOO_MANY_ATTEMPTS: ConnectRefusal = {
  code: REASON.CONNECTION_RATE_EXCEEDED,
  reason: "too-many-attempts",
  detail: "too many attempts, try again in a minute",
};
