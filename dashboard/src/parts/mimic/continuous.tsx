import { Pipe, Words } from "./pipe.tsx";
import type { SymbolDrawing } from "./symbol-values.ts";

const every = (count: number, step: number, from = 0): number[] =>
  Array.from({ length: count }, (_, index) => from + index * step);

/** Nozzles over moulds on a belt. */
export const depositing: SymbolDrawing = (values, flow) => (
  <>
    <Pipe from={0} to={24} flows={flow.in} />
    <path class="d-equipment" d="M24 44h96v16l-8 8H32l-8-8z" />
    {every(10, 8.2, 36).map((x) => (
      <path key={x} class="mimic-nozzle" d={`M${x} 68v6`} />
    ))}
    <path class="d-outline" d="M14 84h140" />
    {flow.out
      ? every(8, 17, 18).map((x) => <path key={x} class="d-mass" d={`M${x} 79h13l-1.5 5h-10z`} />)
      : null}
    <circle class="d-equipment" cx="18" cy="90" r="4" />
    <circle class="d-equipment" cx="150" cy="90" r="4" />
    <Words x={72} y={39}>
      {values.words("moulds_per_min", "moulds/min")}
    </Words>
    <Pipe from={156} to={168} flows={flow.out} />
  </>
);

/** A tunnel of three zones. */
export const cooling: SymbolDrawing = (values, flow) => (
  <>
    <Pipe from={0} to={6} flows={flow.in} />
    <rect class="d-equipment" x="6" y="48" width="150" height="48" />
    <path class="d-outline mimic-thin" d="M56 48v48M106 48v48" />
    {(
      [
        [31, "zone_1_temp_c"],
        [81, "zone_2_temp_c"],
        [131, "zone_3_temp_c"],
      ] as const
    ).map(([x, tag]) => (
      <Words key={tag} x={x} y={64} strong>
        {values.words(tag, "°C", 1)}
      </Words>
    ))}
    <path class="d-outline" d="M6 84h150" />
    {(values.number("moulds") ?? (flow.out ? 1 : 0)) > 0
      ? every(10, 14, 11).map((x) => <rect key={x} class="d-mass" x={x} y="79" width="9" height="5" />)
      : null}
    <Words x={81} y={43}>
      {[values.words("moulds", "moulds"), values.words("belt_speed_mpm", "m/min", 1)]
        .filter(Boolean)
        .join(" · ") || undefined}
    </Words>
    <Pipe from={156} to={168} flows={flow.out} />
  </>
);

/** Wrapper with its reel, checkweigher, metal detector, pallet. */
export const packaging: SymbolDrawing = (values, flow) => (
  <>
    <Pipe from={0} to={10} flows={flow.in} />
    <rect class="d-equipment" x="10" y="62" width="56" height="34" />
    <circle class="d-outline" cx="38" cy="50" r="12" />
    <circle class="d-mass" cx="38" cy="50" r="3.5" />
    <Words x={108} y={54}>
      {values.words("film_bars", "bars of film")}
    </Words>
    <Words x={38} y={84} strong>
      wrap
    </Words>
    <rect class="d-equipment" x="72" y="70" width="26" height="26" />
    <Words x={85} y={87} strong>
      kg
    </Words>
    <path class="d-equipment" d="M104 96V66h22v30h-5V72h-12v24z" />
    <path class={flow.out ? "d-flow" : "d-flow-off"} d="M66 84h6m26 0h6" />
    <path class="d-equipment" d="M134 92h28v4h-28z" />
    {[
      [136, 84],
      [149, 84],
      [136, 76],
      [149, 76],
    ].map(([x, y]) => (
      <rect key={`${x}${y}`} class="d-mass" x={x} y={y} width="11" height="7" />
    ))}
  </>
);

/** An oven with its burner. */
export const oven: SymbolDrawing = (values, flow) => (
  <>
    <Pipe from={0} to={20} flows={flow.in} />
    <path class="d-equipment" d="M20 96V56q0-14 14-14h92q14 0 14 14v40z" />
    <path class="d-outline" d="M20 84h120" />
    {flow.out
      ? every(7, 16, 28).map((x) => <rect key={x} class="d-mass" x={x} y="79" width="9" height="5" />)
      : null}
    <Words x={80} y={62} strong>
      {values.words("temp_c", "°C")}
    </Words>
    <Pipe from={140} to={168} flows={flow.out} />
  </>
);

/** A conveyor. */
export const belt: SymbolDrawing = (_values, flow) => (
  <>
    <path class="d-outline" d="M10 84h148" />
    {flow.out
      ? every(9, 16, 18).map((x) => <rect key={x} class="d-mass" x={x} y="79" width="9" height="5" />)
      : null}
    <circle class="d-equipment" cx="16" cy="90" r="5" />
    <circle class="d-equipment" cx="152" cy="90" r="5" />
  </>
);

/** A machine of a kind that has no symbol. */
export const box: SymbolDrawing = (_values, flow) => (
  <>
    <Pipe from={0} to={34} flows={flow.in} />
    <rect class="d-equipment" x="34" y="44" width="100" height="52" rx="2" />
    <Pipe from={134} to={168} flows={flow.out} />
  </>
);
