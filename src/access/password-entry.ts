/**
 * A user and the hash of their password, as one line of a password file in the format of Mosquitto
 * (mosquitto_passwd(1)): `user:$7$<iterations>$<salt>$<hash>` is PBKDF2 with HMAC-SHA-512, `user:$6$<salt>$<hash>` one
 * round of SHA-512 over password and salt; salt and hash in Base64.
 */
export interface PasswordEntry {
  readonly user: string;
  readonly scheme: "pbkdf2-sha512" | "sha512";
  /** Rounds of PBKDF2; 1 for plain SHA-512. */
  readonly iterations: number;
  /** Base64. */
  readonly salt: string;
  /** Base64, 64 bytes. */
  readonly hash: string;
}

/** A line that can't be used. */
export interface PasswordProblem {
  /** From 1. */
  readonly line: number;
  readonly detail: string;
}

const BASE64 = "[A-Za-z0-9+/]+={0,2}";
const SHA512_BASE64_CHARACTERS = 88;
const MAX_ITERATIONS = 10_000_000;
const PBKDF2 = new RegExp(`^\\$7\\$([0-9]{1,8})\\$(${BASE64})\\$(${BASE64})$`);
const SHA512 = new RegExp(`^\\$6\\$(${BASE64})\\$(${BASE64})$`);

/** Reads a password file's text; lines that are empty or begin with `#` say nothing. */
export function readPasswordEntries(text: string): {
  readonly entries: readonly PasswordEntry[];
  readonly problems: readonly PasswordProblem[];
} {
  const entries = new Map<string, PasswordEntry>();
  const problems: PasswordProblem[] = [];
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.replace(/\r$/, "");
    if (line.trim() === "" || line.startsWith("#")) continue;
    const entry = readEntry(line);
    if (typeof entry === "string") problems.push({ line: index + 1, detail: entry });
    else if (entries.has(entry.user))
      problems.push({ line: index + 1, detail: "the user has a line before this one" });
    else entries.set(entry.user, entry);
  }
  return { entries: [...entries.values()], problems };
}

/** The entry, or what is wrong with the line; the line itself isn't repeated, it may hold a readable password. */
function readEntry(line: string): PasswordEntry | string {
  const colon = line.indexOf(":");
  if (colon < 1) return "expected user:hash";
  const user = line.slice(0, colon);
  const problem = userNameProblem(user);
  if (problem !== undefined) return problem;
  const secret = line.slice(colon + 1);
  const entry = readSecret(user, secret);
  if (entry === undefined) return "the password is not hashed as $7$iterations$salt$hash or $6$salt$hash";
  if (entry.hash.length !== SHA512_BASE64_CHARACTERS) return "the hash is not 64 bytes long";
  if (entry.iterations < 1 || entry.iterations > MAX_ITERATIONS)
    return `iterations must be 1 to ${MAX_ITERATIONS}`;
  return entry;
}

function readSecret(user: string, secret: string): PasswordEntry | undefined {
  const pbkdf2 = PBKDF2.exec(secret);
  if (pbkdf2 !== null) {
    const [, iterations = "", salt = "", hash = ""] = pbkdf2;
    return { user, scheme: "pbkdf2-sha512", iterations: Number(iterations), salt, hash };
  }
  const sha512 = SHA512.exec(secret);
  if (sha512 === null) return undefined;
  const [, salt = "", hash = ""] = sha512;
  return { user, scheme: "sha512", iterations: 1, salt, hash };
}

/** What keeps a name from being a user of a password file. */
export function userNameProblem(user: string): string | undefined {
  if (user.length === 0) return "the user name is empty";
  if (user.length > 256) return "the user name is longer than 256 characters";
  if (/[:\p{Cc}]/u.test(user)) return "the user name has a colon or a control character";
  if (user.startsWith("#")) return "the user name begins with #";
  return undefined;
}

/** The entry as a line of the file, without its end. */
export function passwordLine(entry: PasswordEntry): string {
  const { user, scheme, iterations, salt, hash } = entry;
  return scheme === "sha512" ? `${user}:$6$${salt}$${hash}` : `${user}:$7$${iterations}$${salt}$${hash}`;
}

/** The file's text with the entry in place of its user's line, or as its last line. */
export function withPasswordEntry(text: string, entry: PasswordEntry): string {
  const lines = text === "" ? [] : text.replace(/\r?\n$/, "").split(/\r?\n/);
  const at = lines.findIndex((line) => line.startsWith(`${entry.user}:`));
  if (at >= 0) lines[at] = passwordLine(entry);
  else lines.push(passwordLine(entry));
  return `${lines.join("\n")}\n`;
}
