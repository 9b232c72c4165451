import type { ComponentChildren } from "preact";

/** A column: its head, and what stands in it. */
export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** To the right, digits below one another. */
  readonly number?: true;
  readonly class?: string;
}

interface TableProps<Row> {
  /** The first one names the row. */
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}

/** Rows under heads. */
export function Table<Row>({ columns, rows, keyOf }: TableProps<Row>) {
  const [naming, ...others] = columns;
  const classOf = ({ number, class: more = "" }: Column<Row>) => (number === true ? `number ${more}` : more);
  return (
    <table>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.head} scope="col" class={column.number === true ? "number" : ""}>
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {naming === undefined ? null : (
              <th scope="row" class={classOf(naming)}>
                {naming.cell(row)}
              </th>
            )}
            {others.map((column) => (
              <td key={column.head} class={classOf(column)}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
