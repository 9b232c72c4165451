import type { MachinePresent } from "../../api/present.ts";
import { texts } from "../../texts/en.ts";

interface Owner {
  readonly from: number;
  readonly to: number;
  readonly product: string | undefined;
  readonly batch: string | undefined;
}

/** Which batch holds which machines: the boundary between products travels along the line. */
export function OwnerBar({ machines }: { readonly machines: readonly (MachinePresent | undefined)[] }) {
  return (
    <div class="owners" style={{ "--columns": String(machines.length) }}>
      {ownersOf(machines).map(({ from, to, product, batch }) => (
        <div
          key={from}
          class={`owner${batch === undefined ? " owner-none" : ""}`}
          style={{ gridColumn: `${from + 1} / ${to + 2}` }}
        >
          {batch === undefined ? (
            <span class="label">{texts.line.noBatch}</span>
          ) : (
            <>
              <span class={`product product-${product ?? "none"}`}>{product ?? ""}</span> <b>{batch}</b>
            </>
          )}
        </div>
      ))}
    </div>
  );
}

function ownersOf(machines: readonly (MachinePresent | undefined)[]): Owner[] {
  const owners: Owner[] = [];
  machines.forEach((machine, index) => {
    const { product, batch } = machine ?? {};
    const last = owners.at(-1);
    if (last !== undefined && last.batch === batch && last.product === product)
      owners[owners.length - 1] = { ...last, to: index };
    else owners.push({ from: index, to: index, product, batch });
  });
  return owners;
}
