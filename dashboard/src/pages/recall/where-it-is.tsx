import type { RecallAnswer } from "../../api/answers.ts";
import { zone } from "../../api/plant.ts";
import { now } from "../../app/clock.ts";
import { number } from "../../format/number.ts";
import type { RecallSum } from "../../format/recall-words.ts";
import { texts } from "../../texts/en.ts";

const words = texts.recall;

/** Customers with what they got, the stock, and what is left of lots that are not packed yet. */
export function WhereItIs({ data, sum }: { readonly data: RecallAnswer; readonly sum: RecallSum }) {
  const left = [
    ...Map.groupBy(sum.lotsLeft, ({ kind, material }) =>
      kind === "rework" ? words.rework : (material?.replaceAll("_", " ") ?? kind ?? words.lot),
    ),
  ];
  return (
    <section class="section">
      <h2>{words.where}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{words.place}</th>
            <th scope="col">{words.left}</th>
            <th scope="col" class="number">
              {words.goods}
            </th>
            <th scope="col" class="number">
              kg
            </th>
            <th scope="col">{words.decision}</th>
          </tr>
        </thead>
        <tbody>
          {data.customers.map(({ customer, shipments, first_at, units, kg }) => (
            <tr key={customer?.party ?? ""}>
              <th scope="row">
                <b>{customer?.name ?? words.somebody}</b> <span class="label">{customer?.address ?? ""}</span>
                <div class="label xs anywhere">{shipments.join(", ")}</div>
              </th>
              <td class="nowrap">
                {first_at === null ? "" : zone.value.near(Date.parse(first_at), now.value)}
              </td>
              <td class="number">{number(units)}</td>
              <td class="number high">{number(kg, 1)}</td>
              <td class="high">{words.callBack}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">
              <b>{words.stock}</b>
            </th>
            <td />
            <td class="number">{number(data.stock.units)}</td>
            <td class="number">{number(data.stock.kg, 1)}</td>
            <td>{data.stock.units === 0 ? "" : words.holdIt}</td>
          </tr>
          {left.map(([name, lots]) => (
            <tr key={name}>
              <th scope="row">
                {name} <span class="label">{words.lotsLeft(number(lots.length))}</span>
              </th>
              <td />
              <td class="number">{number(lots.length)}</td>
              <td class="number">
                {number(
                  lots.reduce((total, { affected_rest_kg }) => total + affected_rest_kg, 0),
                  1,
                )}
              </td>
              <td>{words.holdIt}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
