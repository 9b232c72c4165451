import type { PrintOrder } from "../../api/context.ts";
import type { Block } from "../../trace/record/record-blocks.ts";
import { drawChart } from "./chart.ts";
import { type Weight, widthOf } from "./helvetica.ts";
import { type Colour, PAGE, PdfPage, pdfBytes } from "./pdf-document.ts";
import { wrapped } from "./wrap.ts";

const INK: Colour = [0.11, 0.13, 0.14];
const GREY: Colour = [0.29, 0.33, 0.35];
const RULE: Colour = [0.6, 0.64, 0.65];
const HAIR: Colour = [0.85, 0.87, 0.88];
const MARGIN = { left: 48, right: 48, top: 64, bottom: 56 };
const WIDTH = PAGE.width - MARGIN.left - MARGIN.right;
const LOWEST = PAGE.height - MARGIN.bottom;
const BODY = 8.5;
const LEADING = 11;
const CHART_HEIGHT = 58;

/** Sets blocks on A4 pages: tables repeat their heads, rows stay whole, a heading never stands alone. */
export function printed({ title, issuer, foot, createdMs, blocks }: PrintOrder): Uint8Array {
  const sheet = new Sheet();
  sheet.text(title, 17, "bold", 22);
  for (const [at, block] of blocks.entries()) draw(sheet, block, blocks[at + 1]);
  for (const [at, page] of sheet.pages.entries()) {
    const number = `Page ${at + 1} of ${sheet.pages.length}`;
    page.text(MARGIN.left, 36, issuer, 8, "regular", GREY);
    page.text(PAGE.width - MARGIN.right - widthOf(title, 8, "bold"), 36, title, 8, "bold", INK);
    page.line(
      [
        [MARGIN.left, 43],
        [PAGE.width - MARGIN.right, 43],
      ],
      0.5,
      RULE,
    );
    page.line(
      [
        [MARGIN.left, LOWEST + 18],
        [PAGE.width - MARGIN.right, LOWEST + 18],
      ],
      0.5,
      RULE,
    );
    const room = WIDTH - widthOf(number, 7, "regular") - 12;
    page.text(MARGIN.left, LOWEST + 29, wrapped(foot, room, 7, "regular")[0] ?? "", 7, "regular", GREY);
    page.text(
      PAGE.width - MARGIN.right - widthOf(number, 7, "regular"),
      LOWEST + 29,
      number,
      7,
      "regular",
      GREY,
    );
  }
  return pdfBytes(sheet.pages, { title, createdMs });
}

/** Pages as they fill up, and how far down the last one is full. */
class Sheet {
  readonly pages: PdfPage[] = [new PdfPage()];
  y = MARGIN.top;

  get page(): PdfPage {
    return this.pages.at(-1) ?? new PdfPage();
  }

  /** Goes to a new page unless so much fits. */
  room(height: number): boolean {
    if (this.y + height <= LOWEST) return true;
    this.pages.push(new PdfPage());
    this.y = MARGIN.top;
    return false;
  }

  text(text: string, size: number, weight: Weight, leading: number, colour = INK): void {
    for (const line of wrapped(text, WIDTH, size, weight)) {
      this.room(leading);
      this.y += leading;
      this.page.text(MARGIN.left, this.y - leading * 0.25, line, size, weight, colour);
    }
  }
}

function draw(sheet: Sheet, block: Block, next: Block | undefined): void {
  switch (block.kind) {
    case "heading": {
      // With what it stands over, at least the first lines of it.
      sheet.room(26 + (next?.kind === "chart" ? CHART_HEIGHT : 3 * LEADING));
      sheet.y += 12;
      sheet.page.line(
        [
          [MARGIN.left, sheet.y],
          [PAGE.width - MARGIN.right, sheet.y],
        ],
        0.5,
        RULE,
      );
      sheet.y += 3;
      sheet.text(block.text, 11, "bold", 15);
      return;
    }
    case "text":
      sheet.text(block.text, BODY, block.strong ? "bold" : "regular", LEADING + 1);
      return;
    case "facts":
      drawFacts(sheet, block.facts);
      return;
    case "table":
      drawTable(sheet, block);
      return;
    case "chart":
      sheet.room(CHART_HEIGHT);
      drawChart(sheet.page, block.course, { x: MARGIN.left, y: sheet.y, width: WIDTH, height: CHART_HEIGHT });
      sheet.y += CHART_HEIGHT;
      return;
    case "signature": {
      const { decisions = [] } = block;
      sheet.room(64 + (decisions.length > 0 ? 30 : 0));
      if (decisions.length > 0) drawDecisions(sheet, decisions);
      sheet.y += 44;
      const width = (WIDTH - 24 * (block.roles.length - 1)) / Math.max(1, block.roles.length);
      for (const [at, role] of block.roles.entries()) {
        const x = MARGIN.left + at * (width + 24);
        sheet.page.line(
          [
            [x, sheet.y],
            [x + width, sheet.y],
          ],
          0.8,
          INK,
        );
        sheet.page.text(x, sheet.y + 10, `${role}: name, date, signature`, 8, "regular", GREY);
      }
      sheet.y += 20;
    }
  }
}

const BOX = 8;

/** What is decided, in one row: a box to tick before each. */
function drawDecisions(sheet: Sheet, decisions: readonly string[]): void {
  sheet.y += 30;
  sheet.page.text(MARGIN.left, sheet.y, "Decision", BODY, "bold", INK);
  let x = MARGIN.left + 56;
  for (const decision of decisions) {
    const [top, right] = [sheet.y - BOX + 1, x + BOX];
    sheet.page.line(
      [
        [x, top],
        [right, top],
        [right, top + BOX],
        [x, top + BOX],
        [x, top],
      ],
      0.7,
      INK,
    );
    sheet.page.text(right + 5, sheet.y, decision, BODY, "regular", INK);
    x = right + 5 + widthOf(decision, BODY, "regular") + 16;
  }
}

const NAME_WIDTH = 92;

function drawFacts(sheet: Sheet, facts: readonly (readonly [name: string, value: string])[]): void {
  for (const [name, value] of facts) {
    const lines = wrapped(value, WIDTH - NAME_WIDTH, BODY, "regular");
    sheet.room(lines.length * LEADING);
    for (const [at, line] of lines.entries()) {
      sheet.y += LEADING;
      if (at === 0) sheet.page.text(MARGIN.left, sheet.y - 2, name, BODY, "regular", GREY);
      sheet.page.text(MARGIN.left + NAME_WIDTH, sheet.y - 2, line, BODY, "regular", INK);
    }
  }
}

type Table = Extract<Block, { kind: "table" }>;

function drawTable(sheet: Sheet, { columns, rows }: Table): void {
  const whole = columns.reduce((sum, { width }) => sum + width, 0);
  let left = MARGIN.left;
  const cells = columns.map((column) => {
    const width = (column.width / whole) * WIDTH;
    const cell = { ...column, left, width: width - 8 };
    left += width;
    return cell;
  });
  const write = (cell: (typeof cells)[number], line: string, y: number, size: number, colour: Colour) => {
    const weight = line === "HOLD" ? "bold" : "regular";
    const x = cell.right ? cell.left + cell.width - widthOf(line, size, weight) : cell.left;
    sheet.page.text(x, y, line, size, weight, colour);
  };
  const head = () => {
    sheet.y += LEADING;
    for (const cell of cells) write(cell, cell.title, sheet.y - 2, 7.5, GREY);
    sheet.page.line(
      [
        [MARGIN.left, sheet.y + 1],
        [PAGE.width - MARGIN.right, sheet.y + 1],
      ],
      0.6,
      RULE,
    );
    sheet.y += 2;
  };
  sheet.room(3 * LEADING);
  head();
  for (const row of rows) {
    const texts = cells.map((cell, at) => wrapped(row[at] ?? "", cell.width, BODY, "regular"));
    const height = Math.max(...texts.map((lines) => lines.length)) * LEADING + 2;
    if (!sheet.room(height)) head();
    for (const [at, lines] of texts.entries()) {
      const cell = cells[at];
      if (cell === undefined) continue;
      for (const [line, text] of lines.entries())
        write(cell, text, sheet.y + (line + 1) * LEADING - 2.5, BODY, INK);
    }
    sheet.y += height;
    sheet.page.line(
      [
        [MARGIN.left, sheet.y],
        [PAGE.width - MARGIN.right, sheet.y],
      ],
      0.4,
      HAIR,
    );
  }
  sheet.y += 4;
}
