import type { AccessRules } from "../access/access-rules.ts";
import { addressPrefix, FailedLogins } from "../access/failed-logins.ts";
import type { Logins } from "../access/logins.ts";
import { REASON } from "../mqtt/reason-codes.ts";
import type { ConnectPacket } from "../mqtt/wire/connect-reader.ts";
import type { BrokerLimits } from "./broker-limits.ts";
import { type ConnectRefusal, connectRefusal } from "./connect-rules.ts";
import type { Connection } from "./connection.ts";

/** Decides on every CONNECT: its form, the user's password, the rights of its will. */
export class Admission {
  readonly #limits: BrokerLimits;
  readonly #logins: Logins | undefined;
  readonly #rules: AccessRules;
  readonly #now: () => number;
  readonly #failures: FailedLogins;
  #closed = false;

  /** @param now milliseconds from some fixed moment */
  constructor(limits: BrokerLimits, logins: Logins | undefined, rules: AccessRules, now: () => number) {
    this.#limits = limits;
    this.#logins = logins;
    this.#rules = rules;
    this.#now = now;
    this.#failures = new FailedLogins(limits.failedLogins);
  }

  /** From now on nobody is let in. */
  close(): void {
    this.#closed = true;
  }

  /** Resolves with the reason when the client is refused; otherwise the connection knows its user. */
  async decide(connection: Connection, packet: ConnectPacket): Promise<ConnectRefusal | undefined> {
    if (this.#closed) return SHUTTING_DOWN;
    const refusal = connectRefusal(packet, this.#limits) ?? (await this.#authenticate(connection, packet));
    if (refusal !== undefined) return refusal;
    if (this.#closed) return SHUTTING_DOWN;
    if (this.#logins !== undefined) connection.user = packet.username;
    const { will } = packet;
    const denial = will && this.#rules.publishRefusal(connection, will.topic);
    if (will === undefined || denial === undefined) return undefined;
    return { code: REASON.NOT_AUTHORIZED, reason: "will", detail: `will on ${will.topic}: ${denial}` };
  }

  async #authenticate(connection: Connection, packet: ConnectPacket): Promise<ConnectRefusal | undefined> {
    if (this.#logins === undefined) return undefined;
    const { username, password } = packet;
    if (username === undefined || password === undefined) {
      const detail = "a user name and a password are needed";
      return { code: REASON.NOT_AUTHORIZED, reason: "credentials", detail };
    }
    const origin = addressPrefix(connection.remote);
    // What is known to be right is let in whatever others from there have tried.
    if (this.#failures.blocked(origin, username, this.#now()))
      return (await this.#logins.knows(username, password)) ? undefined : TOO_MANY_ATTEMPTS;
    const result = await this.#logins.login(username, password, origin);
    if (result === "accepted") return undefined;
    if (result === "busy") return TOO_MANY_ATTEMPTS;
    this.#failures.failed(origin, username, this.#now());
    const detail = "wrong user name or password";
    return { code: REASON.BAD_USER_NAME_OR_PASSWORD, reason: "credentials", detail };
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
