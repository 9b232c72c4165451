import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Type } from "typebox";
import { ApiDoor } from "../../src/api/door.ts";
import { keyOf, NEXT, PAGE, page } from "../../src/api/paging.ts";
import { PERIOD, periodOf } from "../../src/api/period.ts";
import { closed, route } from "../../src/api/route.ts";
import { ConcheError } from "../../src/errors/conche-error.ts";
import { contextOf, endingAt, requestFor } from "./context.ts";

const NUMBERS = Array.from({ length: 10 }, (_, n) => ({ n, word: n === 3 ? '=1+1, "quoted"' : `w${n}` }));

const numbers = route({
  method: "GET",
  path: "/api/numbers",
  name: "numbers",
  area: "Test",
  summary: "Numbers",
  query: closed({ ...PAGE, odd: Type.Optional(Type.Boolean()), ...PERIOD }),
  answer: closed({ numbers: Type.Array(closed({ n: Type.Integer(), word: Type.String() })), next: NEXT }),
  list: "numbers",
  changesWith: ["log"],
  handle({ query: { limit = 4, cursor, odd, from, to } }, context) {
    periodOf(
      { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
      context.nowMs,
      1_000,
      3_600_000,
    );
    const after = Number(keyOf(cursor, 1)?.[0] ?? -1);
    const { rows, next } = page(
      NUMBERS.filter(({ n }) => n > after && (odd === undefined || (n % 2 === 1) === odd)),
      limit,
      ({ n }) => [n],
    );
    return { numbers: rows, next };
  },
});

const failing = route({
  method: "GET",
  path: "/api/failing",
  name: "failing",
  area: "Test",
  summary: "Fails",
  answer: closed({}),
  changesWith: ["now"],
  handle() {
    throw new Error("a secret place");
  },
});

const door = new ApiDoor([numbers, failing]);

async function ask(parts: Parameters<typeof requestFor>[1], name = "numbers", logEnd = 7) {
  const answer = await door.answer(requestFor(name, parts), contextOf({ log: () => endingAt(logEnd) }));
  const json = answer.headers["content-type"]?.includes("json") === true;
  return { ...answer, json: json ? JSON.parse(answer.body) : undefined };
}

suite("the door of the API", () => {
  test("numbers and switches of a query come in their types; every answer says as of when it is", async () => {
    const { status, json } = await ask({ query: { limit: "2", odd: "true" } });
    assert.equal(status, 200);
    assert.deepEqual(
      json.numbers.map(({ n }: { n: number }) => n),
      [1, 3],
    );
    assert.deepEqual(json.as_of, { at: "2026-01-11T10:00:00.000Z", log_position: 7, views: [] });
  });

  test("pages follow one another by cursor, and none is given after the last", async () => {
    const seen: number[] = [];
    let cursor: string | null | undefined;
    do {
      const { json } = await ask({ query: { ...(cursor ? { cursor } : {}) } });
      seen.push(...json.numbers.map(({ n }: { n: number }) => n));
      cursor = json.next;
    } while (cursor !== null);
    assert.deepEqual(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("a time may be written as any answer, table or person writes it", async () => {
    const at = "2026-01-11T09:59:30";
    const same = [
      `${at}Z`,
      `${at}.123456789Z`,
      "2026-01-11 10:59:30 Africa/Tunis",
      `${at.replace("T", " ")}`,
    ];
    // The + of an offset as it comes from who didn't encode it.
    for (const from of [
      ...same,
      "2026-01-11T10:59:30+01:00",
      "2026-01-11T10:59:30 01:00",
      String(Date.parse(`${at}Z`)),
    ]) {
      const { status, json } = await ask({ query: { from, to: "2026-01-11T10:00:00Z" } });
      assert.equal(status, 200, `${from}: ${JSON.stringify(json)}`);
    }
  });

  test("what doesn't fit is a problem with its code, the value and what there is", async () => {
    for (const [query, detail] of [
      [{ limit: "many" }, /limit: must be integer/],
      [{ limit: "999999" }, /limit: must be <= 10000/],
      ...["1e3", "0x10", "0b1", "+5", " 5", "5.0", "1_0"].map(
        (limit) => [{ limit }, /^limit: must be integer$/] as const,
      ),
      [{ limit: "-1" }, /^limit: must be >= 1$/],
      [{ limit: "" }, /^limit: is empty$/],
      [{ from: "" }, /^from: is empty$/],
      [{ limt: "1" }, /there is no limt/],
      [{ cursor: "'; DROP TABLE mqtt_messages; --" }, /cursor/],
      [{ cursor: Buffer.from('["x", 2]').toString("base64url") }, /cursor: is not one of this list/],
      [{ from: "yesterday" }, /from: "yesterday" must be a time such as 2026-01-11T08:00:00Z/],
      [{ from: "2026-02-30" }, /from: "2026-02-30" .*there is no 2026-02-30/],
      [{ from: "2026-01-11 08:00 Atlantis/Town" }, /there is no such time zone/],
      [{ from: "2026-01-11T10:00:00Z", to: "2026-01-11T09:00:00Z" }, /must be before/],
      [{ from: "2020-01-11T10:00:00Z" }, /the longest is 1 h/],
      [{ limit: ["1", "2"] }, /limit: must be integer/],
    ] as const) {
      const { status, json, headers } = await ask({ query });
      assert.equal(status, 400, JSON.stringify(query));
      assert.equal(headers["content-type"], "application/problem+json; charset=utf-8");
      assert.match(json.detail, detail);
      assert.equal(json.code, "CONCHE_REQUEST_INVALID");
      assert.ok(json.hint.length > 0);
    }
  });

  test("a defect tells nothing of what is inside", async () => {
    const { status, json, body } = await ask({}, "failing");
    assert.equal(status, 500);
    assert.equal(json.code, "CONCHE_INTERNAL");
    assert.doesNotMatch(body, /secret/);
  });

  test("the same until something was stored: ETag", async () => {
    const { etag = "" } = (await ask({})).headers;
    assert.equal((await ask({ ifNoneMatch: `"other", ${etag}` })).status, 304);
    assert.equal((await ask({ ifNoneMatch: etag }, "numbers", 8)).status, 200);
    assert.equal((await ask({ ifNoneMatch: etag, accept: "text/csv" })).status, 200);
  });

  test("a list as CSV: quoted, no formulas, the next page in the Link header", async () => {
    const { status, body, headers } = await ask({ accept: "text/csv", query: { limit: "4" } });
    assert.equal(status, 200);
    assert.equal(body, 'n,word\r\n0,w0\r\n1,w1\r\n2,w2\r\n3,"\'=1+1, ""quoted"""\r\n');
    assert.match(headers.link ?? "", /^<\?limit=4&cursor=[\w-]+>; rel="next"$/);
  });

  test("a format that there isn't: 406", async () => {
    assert.equal((await ask({ accept: "application/xml" })).status, 406);
    assert.equal((await ask({ accept: "text/csv" }, "failing")).status, 406);
    assert.equal((await ask({ accept: "text/html, application/xhtml+xml, */*;q=0.8" })).status, 200);
    assert.equal((await ask({ accept: "text/csv;q=0" })).status, 406);
  });

  test("of two formats the one that weighs more", async () => {
    for (const [accept, type] of [
      ["text/csv;q=0.5, application/json;q=0.9", "application/json; charset=utf-8"],
      ["text/csv;q=0.9, application/json;q=0.5", "text/csv; charset=utf-8; header=present"],
      ["text/*", "text/csv; charset=utf-8; header=present"],
    ] as const) {
      const { status, headers } = await ask({ accept });
      assert.deepEqual([status, headers["content-type"]], [200, type], accept);
    }
  });

  test("a format that a document doesn't have: 406 names the one that it has", async () => {
    const drawing = new ApiDoor([
      route({
        ...{ method: "GET", path: "/api/drawing", name: "drawing", area: "Test", summary: "Draws" },
        answer: closed({ document: Type.String() }),
        media: "image/svg+xml",
        changesWith: ["now"],
        handle: () => ({ document: "<svg/>" }),
      }),
    ]);
    const drawn = (accept: string) => drawing.answer(requestFor("drawing", { accept }), contextOf());
    const { status, body } = await drawn("image/png");
    assert.equal(status, 406);
    const { detail, hint } = JSON.parse(body);
    assert.equal(detail, "/api/drawing gives image/svg+xml, not image/png");
    assert.match(hint, /image\/svg\+xml/);
    for (const accept of ["image/svg+xml", "image/*", "*/*"]) {
      assert.equal((await drawn(accept)).headers["content-type"], "image/svg+xml; charset=utf-8", accept);
    }
  });

  test("errors of the product keep their code; those that pass ask to come again", async () => {
    const busy = new ApiDoor([
      route({
        ...{ method: "GET", path: "/api/busy", name: "busy", area: "Test", summary: "Busy" },
        answer: closed({}),
        changesWith: ["now"],
        handle() {
          throw new ConcheError("CONCHE_VIEW_NOT_READY", {
            message: "view x is not there yet",
            retryable: true,
          });
        },
      }),
    ]);
    const { status, headers } = await busy.answer(requestFor("busy"), contextOf());
    assert.equal(status, 503);
    assert.equal(headers["retry-after"], "5");
  });
});
