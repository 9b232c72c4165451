import type { DatabaseSync } from "node:sqlite";
import { readEditions } from "../../../../src/adapters/sqlite/views/editions.ts";
import { RangeQuery, TableSql } from "../../../../src/adapters/sqlite/views/table-sql.ts";
import type { ColumnValue } from "../../../../src/views/view-table.ts";

/**
 * Everything that answers, line by line in one certain form: views by name, tables by name, rows by key. Equal views
 * give equal lines, whatever happened on their way. Positions are part of it, editions' numbers are not.
 */
export function* dumpViews(db: DatabaseSync): Generator<string> {
  const editions = readEditions(db)
    .filter(({ standing }) => standing === "answering")
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, version, position, prefix, tables } of editions) {
    yield JSON.stringify({ view: name, version, position });
    for (const table of [...tables].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const query = new RangeQuery(db, new TableSql(prefix, table));
      for (const row of query.rows({})) yield JSON.stringify([table.name, ...Object.values(row).map(shown)]);
    }
  }
}

function shown(value: ColumnValue): unknown {
  return value instanceof Uint8Array ? { hex: Buffer.from(value).toString("hex") } : value;
}
