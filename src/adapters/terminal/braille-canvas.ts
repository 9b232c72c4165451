/** Dots of a braille character: two across, four down. */
export const DOTS_ACROSS = 2;
/** Dots of a braille character from top to bottom. */
export const DOTS_DOWN = 4;

const BLANK = 0x2800;
/** The bit of each dot of a character, by column and row (Unicode, block Braille Patterns). */
const BITS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

/** A picture of dots, eight to a character. Dots are counted from the left and from the top. */
export class BrailleCanvas {
  readonly columns: number;
  readonly rows: number;
  readonly #cells: Uint8Array;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#cells = new Uint8Array(columns * rows);
  }

  /** A line straight down, both ends included; what lies outside isn't drawn. */
  column(x: number, from: number, to: number): void {
    if (x < 0 || x >= this.columns * DOTS_ACROSS) return;
    const [first, last] = [
      Math.max(0, Math.min(from, to)),
      Math.min(this.rows * DOTS_DOWN - 1, Math.max(from, to)),
    ];
    for (let y = first; y <= last; y++) {
      const cell = Math.floor(y / DOTS_DOWN) * this.columns + Math.floor(x / DOTS_ACROSS);
      const bit = BITS[x % DOTS_ACROSS]?.[y % DOTS_DOWN] ?? 0;
      this.#cells[cell] = (this.#cells[cell] ?? 0) | bit;
    }
  }

  /** The character of a cell; undefined where nothing is drawn. */
  cell(column: number, row: number): string | undefined {
    const dots = this.#cells[row * this.columns + column];
    return dots === undefined || dots === 0 ? undefined : String.fromCharCode(BLANK + dots);
  }
}
