import assert from "node:assert/strict";
import { test } from "node:test";
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
  assert.ok(
    renderTable(columns, rows, { columns: 5, colour: false })
      .split("\n")
      .every((line) => line.length <= 18),
  );
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
