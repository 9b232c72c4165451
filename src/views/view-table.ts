/** What a column holds. `real` is a double, `integer` a whole number within 2^53, `blob` bytes that the view packs. */
export type ColumnType = "integer" | "real" | "text" | "blob";

/** A value of a view's row; the same in SQLite and in memory. */
export type ColumnValue = number | string | Uint8Array | null;

/**
 * A row of a view by column name. One that packs what it holds only when a column is read (getters) may be changed in
 * place and put again, and counts under {@link HELD_BYTES} what it holds: what is rewritten with every message is then
 * packed once per commit.
 */
export type ViewRow = { readonly [column: string]: ColumnValue; readonly [HELD_BYTES]?: number };

/** Of a row that packs itself late: the bytes that it holds in memory, about. */
export const HELD_BYTES: unique symbol = Symbol("held bytes");

/**
 * A table of a view: columns, and the leading ones that make its key. Rows come in the order of the key, so what is
 * asked for together (a machine's states by time) has its machine and time there.
 */
export interface ViewTable<Row extends ViewRow = ViewRow> {
  /** In snake case; unique within the view. */
  readonly name: string;
  /** In order, the key's first. */
  readonly columns: { readonly [Column in keyof Row & string]: ColumnType };
  /** The columns of the key, in order; integer or text. */
  readonly key: readonly (keyof Row & string)[];
  /**
   * Columns of the key of whose every combination one row is used again and again, until another one takes its place: it
   * is found without the rest of its key. The first column where nothing is said.
   */
  readonly atHand?: readonly (keyof Row & string)[];
}

/** A key or the leading part of one, in the order of {@link ViewTable.key}. */
export type Key = readonly (number | string)[];

/** Which rows of a table are asked for. All bounds are leading parts of a key. */
export interface RowRange {
  /** Only rows whose key begins with these values. */
  readonly prefix?: Key | undefined;
  /** The value that follows the prefix, from here on, included. */
  readonly from?: number | string | undefined;
  /** The value that follows the prefix, up to here, not included. */
  readonly to?: number | string | undefined;
  /** Only rows after (in the order asked for) this whole key: where a page ended. */
  readonly after?: Key | undefined;
  /** By default "asc". */
  readonly order?: "asc" | "desc" | undefined;
  readonly limit?: number | undefined;
}

/** PORT. Reads the rows of one table. */
export interface ViewRowReading<Row extends ViewRow = ViewRow> {
  get(...key: Key): Row | undefined;
  /** The rows of a range in the order of the key. What is changed while it is read may be seen or not. */
  range(range?: RowRange): Iterable<Row>;
}

/**
 * PORT. Reads and writes the rows of one table. Rows are values: what is put in is not changed afterwards, but by whoever
 * puts in a row that packs itself late.
 */
export interface ViewRows<Row extends ViewRow = ViewRow> extends ViewRowReading<Row> {
  /** Puts a row in, in place of the one with the same key. */
  put(row: Row): void;
  delete(...key: Key): void;
}

/** PORT. Reads what one view has derived; all reads between two calls of `refresh` see the same state. */
export interface ViewReading {
  rows<Row extends ViewRow>(table: ViewTable<Row>): ViewRowReading<Row>;
  /** The id of the last message of the log that is in it. */
  position(): number;
}
