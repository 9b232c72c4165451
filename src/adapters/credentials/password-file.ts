import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { editedText } from "../../access/edited-text.ts";
import { FairQueue } from "../../access/fair-queue.ts";
import type { LoginResult, Logins } from "../../access/logins.ts";
import {
  type PasswordEntry,
  readPasswordEntries,
  userNameProblem,
  withPasswordEntry,
} from "../../access/password-entry.ts";
import { ConcheError, messageOf, systemCodeOf } from "../../errors/conche-error.ts";
import { decoyOf, hashPassword, KnownPasswords, matchesPassword } from "./password-hash.ts";

const OWNER_ONLY = 0o600;
/** Passwords that are derived at the same time: the threads that do it are the ones that read and write files. */
const DERIVATIONS = 2;
/** Attempts that wait for their turn. */
const WAITING_ATTEMPTS = 200;

/** The users of a password file. Changes of the file count from the next attempt on. */
export class PasswordFile implements Logins {
  readonly #path: string;
  readonly #onInvalid: (error: ConcheError) => void;
  readonly #known = new KnownPasswords();
  #entries = new Map<string, PasswordEntry>();
  #decoy: PasswordEntry;
  #stamp: string;
  #running = 0;
  readonly #waiting = new FairQueue(WAITING_ATTEMPTS);

  private constructor(path: string, content: Content, onInvalid: (error: ConcheError) => void) {
    this.#path = path;
    this.#onInvalid = onInvalid;
    this.#stamp = content.stamp;
    this.#decoy = this.#use(content.entries);
  }

  /**
   * Reads the file. Throws CONCHE_PASSWORDS_INVALID when it can't be used or names nobody; `onInvalid` hears of that
   * later on, when a change breaks it: the users from before then stay. (A change that takes the last user away is
   * obeyed: somebody wanted that.)
   */
  static async load(path: string, onInvalid: (error: ConcheError) => void): Promise<PasswordFile> {
    const content = await readContent(path);
    if (content.entries.length === 0) {
      throw new ConcheError("CONCHE_PASSWORDS_INVALID", {
        message: `${path} names no user: nobody could connect`,
      });
    }
    return new PasswordFile(path, content, onInvalid);
  }

  async knows(user: string, password: Uint8Array): Promise<boolean> {
    await this.#refresh();
    const entry = this.#entries.get(user);
    return entry !== undefined && this.#known.has(entry, password);
  }

  async login(user: string, password: Uint8Array, origin = ""): Promise<LoginResult> {
    await this.#refresh();
    const entry = this.#entries.get(user);
    if (entry !== undefined && this.#known.has(entry, password)) return "accepted";
    if (this.#running < DERIVATIONS) this.#running++;
    // Whoever is called takes over the place of the one that has finished.
    else if (!(await this.#waiting.wait(origin))) return "busy";
    try {
      const matches = await matchesPassword(entry ?? this.#decoy, password);
      if (entry === undefined || !matches) return "wrong";
      // The file may have changed meanwhile: only what holds now is remembered.
      if (this.#entries.get(user) !== entry) return "wrong";
      this.#known.add(entry, password);
      return "accepted";
    } finally {
      if (!this.#waiting.next()) this.#running--;
    }
  }

  async #refresh(): Promise<void> {
    const stamp = await stampOf(this.#path).catch(() => "unreadable");
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    try {
      this.#decoy = this.#use((await readContent(this.#path)).entries);
    } catch (error) {
      this.#onInvalid(error instanceof ConcheError ? error : unreadable(this.#path, error));
    }
  }

  #use(entries: readonly PasswordEntry[]): PasswordEntry {
    this.#entries = new Map(entries.map((entry) => [entry.user, entry]));
    this.#known.clear();
    return decoyOf(entries[0]);
  }
}

/**
 * Adds a user to a password file or changes their password; the file is made when there is none. It is replaced as a
 * whole, readable by its owner only. Throws CONCHE_PASSWORDS_INVALID when the file or the name can't be used,
 * CONCHE_OUTPUT_UNWRITABLE when it can't be written.
 */
export async function addPassword(path: string, user: string, password: string): Promise<void> {
  const problem = userNameProblem(user) ?? (password === "" ? "the password is empty" : undefined);
  if (problem !== undefined) {
    throw new ConcheError("CONCHE_PASSWORDS_INVALID", {
      message: `The user can't be added to ${path}: ${problem}`,
      hint: "choose a user name without colons and control characters, and a password",
    });
  }
  const before = await textOf(path).catch((error: unknown) => {
    if (systemCodeOf(error) === "ENOENT") return "";
    throw unreadable(path, error);
  });
  entriesOf(path, before);
  await replaceFile(path, withPasswordEntry(before, await hashPassword(user, password)));
}

interface Content {
  readonly entries: readonly PasswordEntry[];
  /** Changes when the file does. */
  readonly stamp: string;
}

async function readContent(path: string): Promise<Content> {
  try {
    // The stamp first: a change between the two is then seen at the next attempt.
    const stamp = await stampOf(path);
    return { stamp, entries: entriesOf(path, await textOf(path)) };
  } catch (error) {
    throw error instanceof ConcheError ? error : unreadable(path, error);
  }
}

async function textOf(path: string): Promise<string> {
  return editedText(await readFile(path));
}

async function stampOf(path: string): Promise<string> {
  const { mtimeNs, size, ino } = await stat(path, { bigint: true });
  return `${mtimeNs}-${size}-${ino}`;
}

function entriesOf(path: string, text: string): readonly PasswordEntry[] {
  const { entries, problems } = readPasswordEntries(text);
  if (problems.length === 0) return entries;
  throw new ConcheError("CONCHE_PASSWORDS_INVALID", {
    message: `${path} has lines that can't be used:`,
    lines: problems.map(({ line, detail }) => `  line ${line}: ${detail}`),
  });
}

function unreadable(path: string, cause: unknown): ConcheError {
  return new ConcheError("CONCHE_PASSWORDS_INVALID", {
    message: `${path} can't be read: ${messageOf(cause)}`,
    cause,
  });
}

async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  try {
    const file = await open(draft, "wx", OWNER_ONLY);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    throw new ConcheError("CONCHE_OUTPUT_UNWRITABLE", {
      message: `${path} can't be written: ${messageOf(cause)}`,
      cause,
    });
  }
}
