import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type PasswordEntry,
  passwordLine,
  readPasswordEntries,
  userNameProblem,
  withPasswordEntry,
} from "../../src/access/password-entry.ts";

const base64 = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((value) => Buffer.from(value).toString("base64"));
const user = fc.string({ minLength: 1, maxLength: 20 }).filter((name) => userNameProblem(name) === undefined);
const plain = { noNullPrototype: true };
const common = { user, salt: base64(12), hash: base64(64) };
const iterations = fc.integer({ min: 1, max: 10_000_000 });
const entries: fc.Arbitrary<PasswordEntry> = fc.oneof(
  fc.record({ ...common, scheme: fc.constant("pbkdf2-sha512" as const), iterations }, plain),
  fc.record({ ...common, scheme: fc.constant("sha512" as const), iterations: fc.constant(1) }, plain),
);

test("what is written is read again, whatever is added or replaced", () => {
  fc.assert(
    fc.property(fc.array(entries, { maxLength: 10 }), (list) => {
      let text = "# users\n";
      const model = new Map<string, PasswordEntry>();
      for (const entry of list) {
        text = withPasswordEntry(text, entry);
        model.set(entry.user, entry);
      }
      const read = readPasswordEntries(text);
      assert.deepEqual(read.problems, []);
      assert.deepEqual(
        read.entries.toSorted((a, b) => (a.user < b.user ? -1 : 1)),
        [...model.values()].toSorted((a, b) => (a.user < b.user ? -1 : 1)),
      );
    }),
  );
});

test("any text is read without an exception, and problems name their line", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      const lines = text.split("\n").length;
      for (const { line } of readPasswordEntries(text).problems) assert.ok(line >= 1 && line <= lines);
    }),
  );
});

test("iterations out of range and hashes of another length are problems", () => {
  const hash = Buffer.alloc(64).toString("base64");
  const problem = (line: string) => readPasswordEntries(line).problems[0]?.detail;
  assert.match(problem(`a:$7$0$YWJj$${hash}`) ?? "", /iterations/);
  assert.match(problem(`a:$7$99999999$YWJj$${hash}`) ?? "", /iterations/);
  assert.match(problem("a:$6$YWJj$YWJj") ?? "", /64 bytes/);
  assert.match(problem(`a:$5$YWJj$${hash}`) ?? "", /not hashed/);
  assert.equal(problem(`a:$7$101$YWJj$${hash}\r`), undefined);
});

test("a file without an end of line gets one before a new entry", () => {
  const [entry] = fc.sample(entries, 1);
  assert.ok(entry !== undefined);
  assert.equal(withPasswordEntry("# a", entry), `# a\n${passwordLine(entry)}\n`);
  assert.equal(withPasswordEntry("", entry), `${passwordLine(entry)}\n`);
});
