import { zone } from "../api/plant.ts";
import { now } from "../app/clock.ts";
import { addressOf } from "../app/router.ts";
import { number, percent } from "../format/number.ts";
import { Scroll } from "./scroll.tsx";

type Row = Readonly<Record<string, unknown>>;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
/** Columns whose words are ids of something that has a genealogy. */
const LINKED = /^(lot|unit|rework|in|first_pallet|after_lot|pallet)$/;
const SHARE = /^(share|coverage|measured_share)$/;

/** The rows behind an answer: columns as they are named, numbers to the right, ids as links. */
export function Rows({ rows, label }: { readonly rows: readonly Row[]; readonly label: string }) {
  const [first] = rows;
  if (first === undefined) return null;
  const columns = Object.keys(first);
  const decimals = new Map(columns.map((column) => [column, decimalsOf(rows.map((row) => row[column]))]));
  const isNumber = (column: string) => rows.some((row) => typeof row[column] === "number");
  return (
    <Scroll label={label}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" class={isNumber(column) ? "number" : ""}>
                {column.replaceAll("_", " ")}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {columns.map((column) => (
                <td key={column} class={isNumber(column) ? "number" : "anywhere"}>
                  {shown(column, row[column], decimals.get(column) ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** As many decimals as the column needs, three at most: numbers stand below one another. */
function decimalsOf(values: readonly unknown[]): number {
  let most = 0;
  for (const value of values) {
    if (typeof value !== "number" || Number.isInteger(value)) continue;
    most = Math.max(most, String(Number(value.toPrecision(5))).split(".")[1]?.length ?? 0);
  }
  return Math.min(3, most);
}

function shown(column: string, value: unknown, decimals: number) {
  if (value === null || value === undefined || value === "") return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") {
    if (SHARE.test(column)) return percent(value, 2);
    return number(value, decimals);
  }
  const text = String(value);
  if (TIME.test(text)) return <span class="nowrap">{zone.value.near(Date.parse(text), now.value)}</span>;
  if (LINKED.test(column) || column === "id") return <a href={addressOf("genealogy", text)}>{text}</a>;
  if (column === "batch") return <a href={addressOf("batches", text)}>{text}</a>;
  // Words of a list (call_back), not names of things.
  return /^[a-z]+(_[a-z]+)+$/.test(text) && !column.includes("material") ? text.replaceAll("_", " ") : text;
}
