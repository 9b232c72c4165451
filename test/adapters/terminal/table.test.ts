import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { textWidth } from "../../../src/adapters/terminal/styled-text.ts";
import { renderTable, type TableColumn } from "../../../src/adapters/terminal/table.ts";

const COLUMNS: readonly TableColumn[] = [
  { title: "topic", flexible: true },
  { title: "n", align: "right" },
];
const PIPED = { columns: null, colour: false };

test("columns are aligned, and nothing is cut where nobody looks", () => {
  const long = "x".repeat(300);
  assert.deepEqual(
    renderTable(
      COLUMNS,
      [
        ["a", 1],
        [long, 1_000],
      ],
      PIPED,
    ).split("\n"),
    [`topic${" ".repeat(295)}     n`, `a${" ".repeat(299)}     1`, `${long}  1000`],
  );
});

test("the flexible column gives way to the terminal's width, wide characters counted as two", () => {
  const lines = renderTable(COLUMNS, [["巧克力巧克力巧克力巧克力", 1]], { columns: 20, colour: false }).split(
    "\n",
  );
  assert.deepEqual(lines, ["topic              n", "巧克力巧克力巧克…  1"]);
});

test("where the flexible column has given all it can, the widest others give way too", () => {
  const rows = [["x".repeat(30), "y".repeat(30)]];
  const columns: TableColumn[] = [{ title: "a" }, { title: "b", flexible: true }];
  const lines = renderTable(columns, rows, { columns: 30, colour: false }).split("\n");
  assert.deepEqual(lines, [`a${" ".repeat(21)}b`, `${"x".repeat(19)}…  ${"y".repeat(7)}…`]);
  assert.deepEqual(renderTable(columns, rows, { columns: 5, colour: false }).split("\n"), [
    "a",
    `${"x".repeat(7)}…`,
    "(no room for: b)",
  ]);
});

const text = fc.string({ unit: fc.constantFrom("a", "b", " ", "1", ",", "é", "巧"), maxLength: 60 });
const figure = fc.oneof(
  fc.integer().map(String),
  fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((value) => value.toFixed(2)),
  fc.nat(1e9).map((value) => `${value.toLocaleString("en")} kg`),
  fc.constantFrom("93.4 %", "−1.2", "2 min 44 s", "2026-01-11T08:00:00.000Z", "2026-01-11 09:00:00 +01:00"),
);
const table = fc.integer({ min: 1, max: 9 }).chain((width) => {
  const column = fc.record(
    {
      title: fc.string({ unit: fc.constantFrom("t", "i", " "), minLength: 1, maxLength: 12 }),
      align: fc.constantFrom("left" as const, "right" as const),
      minor: fc.constant(true as const),
    },
    { requiredKeys: ["title"] },
  );
  const row = fc.array(fc.oneof(text, figure), { minLength: width, maxLength: width });
  return fc.tuple(
    fc.array(column, { minLength: width, maxLength: width }),
    fc.array(row, { minLength: 1, maxLength: 5 }),
  );
});

test("at any width from 40 no number is cut, the table fits, and what is left out is named", () => {
  fc.assert(
    fc.property(table, fc.integer({ min: 40, max: 120 }), ([columns, rows], width) => {
      const named = columns.map((column, index) => ({ ...column, title: `${index}${column.title}x` }));
      const lines = renderTable(named, rows, { columns: width, colour: false }).split("\n");
      const left = /^\(no room for: (.*)\)$/.exec(lines[rows.length + 1] ?? "")?.[1]?.split(", ") ?? [];
      for (const [at, row] of rows.entries()) {
        const line = lines[at + 1] ?? "";
        assert.ok(textWidth(line) <= width, line);
        for (const [index, cell] of row.entries()) {
          const isFigure = /^[-−]?\d[\d,.]*( kg| %)?$|^2 min|^2026/.test(cell);
          if (isFigure && !left.includes(named[index]?.title ?? "")) assert.ok(line.includes(cell), line);
        }
      }
    }),
  );
});

test("words give way before columns do, minor columns before others, and a figure in a text is not cut", () => {
  const columns: TableColumn[] = [
    { title: "machine", flexible: true },
    { title: "first received", minor: true },
    { title: "messages", align: "right" },
    { title: "said" },
  ];
  const rows = [
    ["tunis-01/line-a/s5/temper-01", "2026-01-11T08:00:00.000Z", "1,234,567", "limit 31.50 passed"],
  ];
  const at = (width: number) => renderTable(columns, rows, { columns: width, colour: false }).split("\n");
  assert.equal(at(57)[1], "tunis-0…  2026-01-11T08:00:00.000Z  1,234,567  limit …");
  assert.deepEqual(at(40), [
    "machine     messages  said",
    "tunis-01…  1,234,567  limit 31.50 passed",
    "(no room for: first received)",
  ]);
});

test("a cell can't act on the terminal, and its style comes on top", () => {
  const rows = [["\u001b[31mred\nline", { text: "2", style: "red" as const }]];
  assert.match(renderTable(COLUMNS, rows, PIPED), /^\\x1b\[31mred\\nline +2$/m);
  assert.ok(renderTable(COLUMNS, rows, { columns: null, colour: true }).endsWith("\u001b[31m2\u001b[39m"));
});

test("a table without rows is its head", () => {
  assert.equal(renderTable(COLUMNS, [], PIPED), "topic  n");
});

test("columns stay where they are through a long table", () => {
  const rows = Array.from({ length: 1_000 }, (_, index) => ["x".repeat(index % 7), index]);
  const lines = renderTable(COLUMNS, rows, PIPED).split("\n");
  assert.equal(lines.length, 1_001);
  for (const [index, line] of lines.slice(1).entries())
    assert.equal(line, `${"x".repeat(index % 7).padEnd(6)}  ${String(index).padStart(3)}`);
});

test("a very long cell is cut before it is measured, also where nobody looks: the time does not grow with it", () => {
  const lines = renderTable(
    COLUMNS,
    [
      ["x".repeat(5_000_000), 1],
      [`${"y".repeat(1_999)}😀`, 2],
    ],
    PIPED,
  ).split("\n");
  assert.ok(lines[1]?.startsWith(`${"x".repeat(2_000)}…`));
  assert.ok(lines[2]?.startsWith(`${"y".repeat(1_999)}…`), "never through the middle of a character");
  assert.ok(lines.every((line) => line.length < 2_020));
});
