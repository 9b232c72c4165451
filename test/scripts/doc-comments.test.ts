import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { undocumentedExports } from "../../scripts/doc-comments.ts";

/** Every declaration that can be exported, each without a doc comment, and comments that are none. */
const BARE = `// Of the whole file.
export const width = 1;

/* no doc comment */
export let height = 2;
export const { a, b } = { a: 1, b: 2 };

/** Of the one before. */

export function area(): number {
  return 2;
}
export async function* areas() {}
export abstract class Shape {}
export interface Point {}
export type Line = Point;
const inside = 3;
`;

const FINE = `/** Of a word. */
export function of(word: string): string;
export function of(word: number): string;
export function of(word: unknown): string {
  return String(word);
}

/**
 * Over
 * several lines.
 */
export const lines = 2;
export { width } from "./bare.ts";
export type { Line } from "./bare.ts";
export * from "./bare.ts";
`;

test("an export without a doc comment is reported, whatever is declared", (t) => {
  const root = mkdtempSync(join(tmpdir(), "conche-doc-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "src/shapes"), { recursive: true });
  writeFileSync(join(root, "src/shapes/bare.ts"), BARE);
  writeFileSync(join(root, "src/fine.ts"), FINE);
  assert.deepEqual(undocumentedExports(root, "src"), [
    "src/shapes/bare.ts:2 const width",
    "src/shapes/bare.ts:5 let height",
    "src/shapes/bare.ts:6 const { a, b }",
    "src/shapes/bare.ts:10 function area",
    "src/shapes/bare.ts:13 function* areas",
    "src/shapes/bare.ts:14 class Shape",
    "src/shapes/bare.ts:15 interface Point",
    "src/shapes/bare.ts:16 type Line",
  ]);
});

test("a name that is a value and a type needs both said", (t) => {
  const root = mkdtempSync(join(tmpdir(), "conche-doc-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "src"));
  writeFileSync(
    join(root, "src/twice.ts"),
    "/** A value. */\nexport const Twice = 1;\nexport type Twice = 1;\n",
  );
  assert.deepEqual(undocumentedExports(root, "src"), ["src/twice.ts:3 type Twice"]);
});
