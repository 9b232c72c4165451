import type { ComponentChildren } from "preact";

/** A column: its head, and what stands in it. */
export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** To the right, digits below one another. */
  readonly number?: true;
  readonly class?: string;
}

/** The head of a column where there is more to say than its name. */
export interface Head {
  readonly head: string;
  /** Over what stands by itself, a sign or a button: said to those who hear the page, not drawn. */
  readonly unseen?: true;
  readonly number?: true | undefined;
  /** What explains the word, in its place. */
  readonly shown?: ComponentChildren;
}

/** The heads of a table's columns. */
export function Heads({ of }: { readonly of: readonly Head[] }) {
  return (
    <thead>
      <tr>
        {of.map(({ head, unseen, number, shown = head }) => (
          <th key={head} scope="col" class={number === true ? "number" : ""}>
            {unseen === true ? <span class="visually-hidden">{head}</span> : shown}
          </th>
        ))}
      </tr>
    </thead>
  );
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
      <Heads of={columns} />
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
