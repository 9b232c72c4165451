import type { DatabaseSync } from "node:sqlite";
import type { DeskRole } from "../../../access/access-document.ts";
import { type AccessToken, TOKEN_NAME, type TokenBook } from "../../../access/access-token.ts";
import type { KeptSessions } from "../../../access/sessions.ts";
import { ConcheError } from "../../../errors/conche-error.ts";
import { openWriter } from "../database/connection.ts";
import { fileSize, makeDataFolder } from "../database/data-folder.ts";
import { tokenFiles } from "../database/database-files.ts";
import { toConcheError } from "../database/sqlite-error.ts";
import { dropOver, dropSession, keepSession, type SessionsOver, sessionRows } from "./session-rows.ts";
import { TOKEN_SCHEMA, tokenOf } from "./token-schema.ts";
import { newSecret, secretHash } from "./token-secret.ts";

/** The data center asks on the thread that takes messages: others hold the file for milliseconds. */
const BUSY_TIMEOUT_MS = 250;
/** Tokens that are kept, those that count no longer among them: of these the oldest go first. */
const MOST_TOKENS = 1_000;
/** Times of use are written once in so long, milliseconds: nobody waits for a disk because somebody asks. */
const NOTE_USE_EVERY_MS = 60_000;
/** Login codes at a time. */
const MOST_CODES = 100;

/** What a new token is to be. */
export interface NewToken {
  readonly name: string;
  readonly role: DeskRole;
  readonly expiresMs: number | undefined;
}

/** The tokens of a data folder. The file is made with the first of them. */
export class TokenStore implements TokenBook {
  readonly #folder: string;
  readonly #path: string;
  readonly #noted = new Map<number, number>();
  #db: DatabaseSync | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    this.#path = tokenFiles(folder).database;
  }

  made(): boolean {
    return this.#read((db) => db.prepare("SELECT 1 FROM tokens LIMIT 1").get() !== undefined) ?? false;
  }

  byHash(hash: string): AccessToken | undefined {
    return this.#one("SELECT * FROM tokens WHERE hash = ?", hash);
  }

  byId(id: number): AccessToken | undefined {
    return this.#one("SELECT * FROM tokens WHERE id = ?", id);
  }

  redeem(codeHash: string, nowMs: number): AccessToken | undefined {
    const row = this.#read((db) =>
      db.prepare("DELETE FROM login_codes WHERE hash = ? RETURNING token_id, expires_ms").get(codeHash),
    );
    if (row === undefined || Number(row.expires_ms) <= nowMs) return undefined;
    return this.byId(Number(row.token_id));
  }

  used(id: number, nowMs: number): void {
    const noted = this.#noted.get(id);
    if (noted !== undefined && nowMs - noted < NOTE_USE_EVERY_MS) return;
    if (this.#noted.size > MOST_TOKENS) this.#noted.clear();
    this.#noted.set(id, nowMs);
    try {
      this.#read((db) => db.prepare("UPDATE tokens SET last_used_ms = ? WHERE id = ?").run(nowMs, id));
    } catch {
      // A full disk keeps nobody out: the time of use is a remark.
    }
  }

  /** All of them, in the order in which they were made. */
  list(): readonly AccessToken[] {
    return this.#read((db) => db.prepare("SELECT * FROM tokens ORDER BY id").all().map(tokenOf)) ?? [];
  }

  /**
   * Makes a token. Its secret is given here and never again.
   * @throws ConcheError CONCHE_TOKEN_NAME, CONCHE_TOKEN_LIMIT, and what writing the data folder gives
   */
  create({ name, role, expiresMs }: NewToken, nowMs: number): { token: AccessToken; secret: string } {
    if (!TOKEN_NAME.test(name)) {
      const message = `a token's name is 1 to 80 letters, digits, blanks and . _ @ ' -, not ${JSON.stringify(name.slice(0, 100))}`;
      throw new ConcheError("CONCHE_TOKEN_NAME", { message });
    }
    const secret = newSecret();
    const token = this.#write("making a token", (db) => {
      const taken = db.prepare("SELECT 1 FROM tokens WHERE name = ? AND revoked_ms IS NULL").get(name);
      if (taken !== undefined) {
        throw new ConcheError("CONCHE_TOKEN_NAME", {
          message: `there is a token ${name} already`,
          hint: `choose another name, or first end that one: conche token revoke ${JSON.stringify(name)}`,
        });
      }
      makeRoom(db, nowMs);
      return db
        .prepare(
          "INSERT INTO tokens (name, role, hash, created_ms, expires_ms) VALUES (?, ?, ?, ?, ?) RETURNING *",
        )
        .get(name, role, secretHash(secret), nowMs, expiresMs ?? null);
    });
    return { token: tokenOf(token ?? {}), secret };
  }

  /** Ends a token for good. @throws ConcheError CONCHE_TOKEN_UNKNOWN, and what writing the data folder gives */
  revoke(name: string, nowMs: number): AccessToken {
    if (fileSize(this.#path) === undefined) throw unknownToken(name);
    const row = this.#write("revoking a token", (db) =>
      db
        .prepare("UPDATE tokens SET revoked_ms = ? WHERE name = ? AND revoked_ms IS NULL RETURNING *")
        .get(nowMs, name),
    );
    if (row === undefined) throw unknownToken(name);
    return tokenOf(row);
  }

  /** A code with which a browser logs in once, as if it had shown the token. */
  loginCode(tokenId: number, expiresMs: number, nowMs: number): string {
    const code = newSecret();
    this.#write("making a login code", (db) => {
      db.prepare("DELETE FROM login_codes WHERE expires_ms <= ?").run(nowMs);
      const codes = Number(db.prepare("SELECT count(*) AS n FROM login_codes").get()?.n ?? 0);
      if (codes >= MOST_CODES) db.exec("DELETE FROM login_codes");
      return db
        .prepare("INSERT INTO login_codes VALUES (?, ?, ?) RETURNING hash")
        .get(secretHash(code), tokenId, expiresMs);
    });
    return code;
  }

  /**
   * The sessions of one listener, as they outlive its process. Another process over the same folder has its own: who logs
   * out there must not be logged in here.
   * @param place tells listeners apart, as the port
   */
  sessions(place: string): KeptSessions {
    const noted = new Map<string, number>();
    return {
      all: () => {
        try {
          return this.#read((db) => sessionRows(db, place)) ?? [];
        } catch {
          // Where tokens can't be read nobody is let in; that is said to whoever asks.
          return [];
        }
      },
      started: (key, session) => {
        try {
          this.#write("keeping a session", (db) => keepSession(db, place, key, session));
        } catch {
          // A full disk keeps nobody out: the session lasts as long as the process.
        }
      },
      used: (key, nowMs) => {
        const last = noted.get(key);
        if (last !== undefined && nowMs - last < NOTE_USE_EVERY_MS) return;
        if (noted.size > MOST_TOKENS) noted.clear();
        noted.set(key, nowMs);
        try {
          this.#read((db) =>
            db.prepare("UPDATE sessions SET used_ms = ? WHERE place = ? AND hash = ?").run(nowMs, place, key),
          );
        } catch {
          // A full disk throws nobody out: after a restart the session counts as idle for longer.
        }
      },
      ended: (key) => {
        noted.delete(key);
        this.#write("ending a session", (db) => dropSession(db, place, key));
      },
    };
  }

  /**
   * Forgets sessions that are over: of a listener that is never opened again nobody else does.
   * @param place as in {@link sessions}; all of them where left out
   */
  forgetSessions(over: SessionsOver, place?: string): void {
    if (fileSize(this.#path) === undefined) return;
    try {
      this.#write("forgetting sessions", (db) => dropOver(db, over, place));
    } catch {
      // They open nothing: the next start forgets them.
    }
  }

  close(): void {
    this.#db?.close();
    this.#db = undefined;
  }

  #one(sql: string, key: string | number): AccessToken | undefined {
    const row = this.#read((db) => db.prepare(sql).get(key));
    return row === undefined ? undefined : tokenOf(row);
  }

  /** Undefined while there is no file: nobody has made a token. */
  #read<Result>(work: (db: DatabaseSync) => Result): Result | undefined {
    if (this.#db === undefined && fileSize(this.#path) === undefined) return undefined;
    try {
      return work(this.#open());
    } catch (error) {
      throw toConcheError(error, "reading the tokens", this.#path);
    }
  }

  #write<Result>(doing: string, work: (db: DatabaseSync) => Result): Result {
    try {
      makeDataFolder(this.#folder);
      const db = this.#open();
      // On disk before anybody is told: a revocation must outlast a loss of power.
      db.exec("PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
      const result = work(db);
      db.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#db?.isTransaction) this.#db.exec("ROLLBACK");
      throw toConcheError(error, doing, this.#path);
    } finally {
      this.#db?.exec("PRAGMA synchronous = NORMAL");
    }
  }

  #open(): DatabaseSync {
    if (this.#db !== undefined) return this.#db;
    const db = openWriter(this.#path, BUSY_TIMEOUT_MS);
    try {
      db.exec(
        `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF; ${TOKEN_SCHEMA}`,
      );
    } catch (error) {
      db.close();
      throw error;
    }
    this.#db = db;
    return db;
  }
}

/** @throws ConcheError CONCHE_TOKEN_LIMIT */
function makeRoom(db: DatabaseSync, nowMs: number): void {
  const count = Number(db.prepare("SELECT count(*) AS n FROM tokens").get()?.n ?? 0);
  if (count < MOST_TOKENS) return;
  const { changes } = db
    .prepare(
      `DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE revoked_ms IS NOT NULL OR expires_ms <= ?
         ORDER BY id LIMIT ?)`,
    )
    .run(nowMs, count - MOST_TOKENS + 1);
  if (Number(changes) > 0) return;
  throw new ConcheError("CONCHE_TOKEN_LIMIT", {
    message: `there are ${count} tokens, and all of them count`,
  });
}

function unknownToken(name: string): ConcheError {
  return new ConcheError("CONCHE_TOKEN_UNKNOWN", { message: `no token ${name} counts` });
}
