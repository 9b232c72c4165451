import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { csvFile, csvRecords, csvRows, csvShown, excelCsv } from "../../../src/adapters/terminal/csv.ts";

test("text that a spreadsheet would run as a formula is made text; numbers stay numbers", () => {
  const row = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    " \n=cmd|' /C calc'!A0",
    "＝1",
    -1,
    2.5,
    null,
    true,
    "plain",
  ];
  assert.equal(
    csvRows([row]),
    "'=1+1,'+1,'-1,'@SUM(A1),'\t=1,\"' \n=cmd|' /C calc'!A0\",'＝1,-1,2.5,,true,plain\n",
  );
});

test("separators, quotes and line ends stay inside their field", () => {
  assert.equal(csvRows([['a,"b"\nc', "d"]]), '"a,""b""\nc",d\n');
});

test("no field begins as a formula, whatever the text", () => {
  const nasty = fc.string({
    unit: fc.constantFrom("=", "+", "-", "@", "\t", "\r", "\n", " ", '"', ",", "a", "＝"),
  });
  fc.assert(
    fc.property(nasty, (text) => {
      const field = csvRows([[text]]).replace(/^"/, "");
      assert.doesNotMatch(field, /^[\s\p{Cc}]*[=+\-@\uff1d]/u);
    }),
  );
});

test("for Excel: a byte order mark, the separator of the locale, formulas as inert as ever", () => {
  const [german, english] = [excelCsv("de-DE"), excelCsv("en-GB")];
  assert.deepEqual([german.start, german.separator, english.separator], ["\ufeff", ";", ","]);
  assert.equal(csvRows([["a;b", "=1+1", 2]], german), '"a;b";\'=1+1;2\r\n');
  assert.equal(csvRows([["a;b"]], english), "a;b\r\n");
});

test("a whole file has its head and begins as its form begins; a terminal gets no byte order mark", () => {
  const excel = csvFile(["a", "b"], [[1, "=x"]], "csv-excel");
  assert.match(excel, /^\ufeffa[,;]b\r\n1[,;]'=x\r\n$/);
  assert.equal(csvShown(excel, null), excel);
  assert.match(csvShown(excel, 80), /^a[,;]b/);
  assert.equal(csvRecords([{ a: 1, b: "=x" }], "csv"), "a,b\n1,'=x\n");
  assert.equal(csvRecords([], "csv-excel"), "");
});
