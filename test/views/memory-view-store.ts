import type { Finding, ViewStore } from "../../src/views/view.ts";
import type { ColumnValue, Key, RowRange, ViewRow, ViewRows, ViewTable } from "../../src/views/view-table.ts";

/** A view's store in memory, for tests of the pure cores. `dump` gives everything in it in one canonical form. */
export class MemoryViewStore implements ViewStore {
  readonly #tables = new Map<string, MemoryRows<ViewRow>>();
  readonly findings = new Map<string, Finding>();

  rows<Row extends ViewRow>(table: ViewTable<Row>): ViewRows<Row> {
    let rows = this.#tables.get(table.name);
    if (rows === undefined) {
      rows = new MemoryRows(table as unknown as ViewTable);
      this.#tables.set(table.name, rows);
    }
    return rows as unknown as ViewRows<Row>;
  }

  report(finding: Finding): void {
    this.findings.set(finding.key, finding);
  }

  heal(key: string): void {
    this.findings.delete(key);
  }

  /** Writes everything down and reads it again, as a restart does. */
  restart(): void {
    for (const rows of this.#tables.values()) rows.restart();
  }

  /** All rows of all tables and all findings, sorted: equal stores give equal dumps. */
  dump(): unknown {
    const tables = [...this.#tables].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      tables: tables.map(([name, rows]) => [name, rows.values()]),
      findings: [...this.findings.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
    };
  }
}

class MemoryRows<Row extends ViewRow> implements ViewRows<Row> {
  readonly #table: ViewTable<Row>;
  readonly #rows = new Map<string, Row>();

  constructor(table: ViewTable<Row>) {
    this.#table = table;
  }

  get(...key: Key): Row | undefined {
    return this.#rows.get(JSON.stringify(key));
  }

  put(row: Row): void {
    this.#rows.set(JSON.stringify(this.#keyOf(row)), row);
  }

  delete(...key: Key): void {
    this.#rows.delete(JSON.stringify(key));
  }

  *range(range: RowRange = {}): Iterable<Row> {
    const { prefix = [], from, to, after, order = "asc", limit = Number.POSITIVE_INFINITY } = range;
    const sign = order === "asc" ? 1 : -1;
    const rows = [...this.#rows.values()]
      .map((row) => ({ row, key: this.#keyOf(row) }))
      .filter(({ key }) => prefix.every((value, index) => key[index] === value))
      .filter(({ key }) => from === undefined || compare(key[prefix.length], from) >= 0)
      .filter(({ key }) => to === undefined || compare(key[prefix.length], to) < 0)
      .filter(({ key }) => after === undefined || sign * compareKeys(key, after) > 0)
      .sort((a, b) => sign * compareKeys(a.key, b.key));
    for (const { row } of rows.slice(0, limit)) yield row;
  }

  /** The rows as values, whatever packs itself late. */
  values(): ViewRow[] {
    const columns = Object.keys(this.#table.columns);
    return [...this.range()].map((row) =>
      Object.fromEntries(columns.map((column) => [column, plainValue(row[column] ?? null)])),
    );
  }

  restart(): void {
    for (const row of this.values()) this.put(row as Row);
  }

  #keyOf(row: Row): Key {
    return this.#table.key.map((column) => row[column] as number | string); // a key has no other values
  }
}

function plainValue(value: ColumnValue): ColumnValue {
  return value instanceof Uint8Array ? value.slice() : value;
}

function compareKeys(a: Key, b: Key): number {
  for (const [index, value] of a.entries()) {
    const difference = compare(value, b[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compare(a: number | string | undefined, b: number | string | undefined): number {
  return a === b ? 0 : (a as number) < (b as number) ? -1 : 1;
}
