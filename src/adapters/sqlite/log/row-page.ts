/** Text and bytes of the rows that are read in one go: payloads may be of any size, and a page is held in memory. */
const PAGE_BYTES = 8 * 1024 * 1024;

/** A page of rows, and whether the rows went on after it because it was full. */
export interface RowPage<Row> {
  readonly rows: Row[];
  readonly full: boolean;
}

/** Takes rows until they come to {@link PAGE_BYTES}; one row at least, however large it is. */
export function takePage<Row>(rows: Iterable<Row>, bytesOf: (row: Row) => number): RowPage<Row> {
  const page: Row[] = [];
  let bytes = 0;
  for (const row of rows) {
    page.push(row);
    bytes += bytesOf(row);
    if (bytes >= PAGE_BYTES) return { rows: page, full: true };
  }
  return { rows: page, full: false };
}
