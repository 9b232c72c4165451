import { Type } from "typebox";
import type { Key } from "../views/view-table.ts";
import { badRequest } from "./problem.ts";

const LARGEST_PAGE = 10_000;
const LONGEST_CURSOR = 1_000;

/** The query parameters of a list that comes in pages. */
export const PAGE = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: LARGEST_PAGE, default: 100, description: "At most so many" }),
  ),
  cursor: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: LONGEST_CURSOR,
      pattern: "^[A-Za-z0-9_-]+$",
      description: "`next` of the page before; stays good while rows come and go",
    }),
  ),
};

/** Answered with every page: where the next one begins. */
export const NEXT = Type.Union([Type.String(), Type.Null()], {
  description: "The cursor of the next page, null after the last one",
});

/** A place in a list: the key of the last row that was given. */
export function cursorOf(key: Key): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/**
 * The key that a cursor stands for.
 * @param length parts of the key
 * @throws ConcheError CONCHE_REQUEST_INVALID for anything that isn't a cursor of that list
 */
export function keyOf(cursor: string | undefined, length: number): Key | undefined {
  if (cursor === undefined) return undefined;
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    key = undefined;
  }
  const fits = Array.isArray(key) && key.length === length && key.every(isKeyPart);
  if (!fits) throw badRequest("cursor: is not one of this list", "leave it out to begin with the first page");
  return key as Key;
}

function isKeyPart(part: unknown): part is number | string {
  return typeof part === "string" || (typeof part === "number" && Number.isFinite(part));
}

/** Takes a page: one row more than wanted shows whether there is another page. */
export function page<Row>(
  rows: Iterable<Row>,
  limit: number,
  keyOfRow: (row: Row) => Key,
): { rows: Row[]; next: string | null } {
  const taken: Row[] = [];
  for (const row of rows) {
    const last = taken.at(-1);
    if (taken.length === limit && last !== undefined) return { rows: taken, next: cursorOf(keyOfRow(last)) };
    taken.push(row);
  }
  return { rows: taken, next: null };
}
