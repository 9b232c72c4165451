import { number } from "../../format/number.ts";
import { Contents, Pipe, Words } from "./pipe.tsx";
import type { SymbolDrawing } from "./symbol-values.ts";

const SILOS = [
  ["cocoa_mass", "mass"],
  ["cocoa_butter", "butt."],
  ["sugar", "sugar"],
  ["whole_milk_powder", "milk"],
] as const;

/** Silos with their levels above a weigher. */
export const dosing: SymbolDrawing = (values, flow) => (
  <>
    {SILOS.map(([silo, word], index) => {
      const level = values.number(`${silo}_level_pct`);
      const x = 3 + index * 30;
      return (
        <g key={silo}>
          <rect class="d-equipment" x={x} y="16" width="22" height="38" />
          <Contents
            x={x + 1}
            y={17}
            width={20}
            height={36}
            share={level === undefined ? undefined : level / 100}
          />
          <Words x={x + 11} y={12}>
            {level === undefined ? undefined : number(level)}
          </Words>
          <Words x={x + 11} y={65}>
            {word}
          </Words>
        </g>
      );
    })}
    <path class="d-outline" d="M14 69v6h90v-6M59 75v2M104 75h20" />
    <path class="d-equipment" d="M124 66h36v22l-8 8h-20l-8-8z" />
    <Contents x={133} y={67} width={18} height={28} share={values.share("weight_kg")} />
    <Words x={142} y={61}>
      {values.words("weight_kg", "kg")}
    </Words>
    <Pipe from={160} to={168} flows={flow.out} />
  </>
);

/** A vessel with its stirrer. */
export const mixing: SymbolDrawing = (values, flow) => {
  const level = (values.share("fill_kg") ?? 0) * 54;
  const top = 95 - level;
  return (
    <>
      <Pipe from={0} to={30} flows={flow.in} />
      <path class="d-equipment" d="M30 40h84v36a20 20 0 0 1-20 20H50a20 20 0 0 1-20-20z" />
      {level < 20 ? null : (
        <path class="d-mass" d={`M31 ${top}h82V76a19 19 0 0 1-19 19H50a19 19 0 0 1-19-19z`} />
      )}
      <path class="mimic-stirrer" d="M72 28v40M54 60l36 14M90 60l-36 14" />
      <Words x={72} y={24}>
        {[values.words("fill_kg", "kg"), values.words("rpm", "1/min")].filter(Boolean).join(" · ") ||
          undefined}
      </Words>
      <Pipe from={114} to={168} flows={flow.out} />
    </>
  );
};

/** A hopper and five rolls. */
export const refining: SymbolDrawing = (values, flow) => (
  <>
    <Pipe from={0} to={22} flows={flow.in} />
    <path class="d-equipment" d="M22 38h36v26l-10 14h-16L22 64z" />
    <Contents x={31} y={39} width={18} height={38} share={values.share("hopper_kg")} />
    <Words x={40} y={33}>
      {values.words("hopper_kg", "kg")}
    </Words>
    {[
      [76, 88],
      [84, 75],
      [82, 62],
      [90, 49],
      [88, 36],
    ].map(([x, y]) => (
      <circle key={y} class="d-equipment" cx={x} cy={y} r="7.5" />
    ))}
    <path class="d-equipment" d="M58 78h10v6H58z" />
    <path class={flow.out ? "d-flow mimic-thin" : "d-flow-off"} d="M100 40 124 84" />
    <Pipe from={124} to={168} flows={flow.out} />
  </>
);

/** A long vessel on its side. */
export const conching: SymbolDrawing = (values, flow) => {
  const fill = values.words("fill_kg", "kg");
  return (
    <>
      <Pipe from={0} to={20} flows={flow.in} />
      <rect class="d-equipment" x="20" y="36" width="112" height="60" rx="4" />
      <path class="d-equipment" d="M14 46h6v40h-6zM132 46h6v40h-6z" />
      <Contents x={21} y={37} width={110} height={58} share={values.share("fill_kg")} />
      {[38, 64, 90, 116].map((x) => (
        <path key={x} class="mimic-rib" d={`M${x} 42v48`} />
      ))}
      <Words x={76} y={31}>
        {fill}
      </Words>
      <Pipe from={138} to={168} flows={flow.out} />
    </>
  );
};

/** The tank before it and three zones. */
export const tempering: SymbolDrawing = (values, flow) => (
  <>
    <Pipe from={0} to={4} flows={flow.in} />
    <path class="d-equipment" d="M4 34h42v56l-6 6H10l-6-6z" />
    <Contents x={9} y={35} width={32} height={60} share={values.share("tank_level_kg")} />
    <Words x={25} y={29}>
      {values.words("tank_level_kg", "kg")}
    </Words>
    <Pipe from={46} to={58} flows={flow.out} />
    {(
      [
        [58, "in", "temp_in_c"],
        [89, "cool", "temp_cool_c"],
        [120, "heat", "temp_c"],
      ] as const
    ).map(([x, word, tag]) => (
      <g key={tag}>
        <rect class="d-equipment" x={x} y="58" width="31" height="38" />
        <Words x={x + 15.5} y={73}>
          {word}
        </Words>
        <Words x={x + 15.5} y={87} strong>
          {values.number(tag) === undefined ? undefined : number(values.number(tag) as number, 1)}
        </Words>
      </g>
    ))}
    <Pipe from={151} to={168} flows={flow.out} />
  </>
);

/** A standing tank. */
export const tank: SymbolDrawing = (values, flow) => (
  <>
    <Pipe from={0} to={54} flows={flow.in} />
    <path class="d-equipment" d="M54 30h60v58l-8 8H62l-8-8z" />
    <Contents
      x={62}
      y={31}
      width={44}
      height={64}
      share={values.share("level_pct") ?? values.share("fill_kg")}
    />
    <Words x={84} y={25}>
      {values.words("fill_kg", "kg") ?? values.words("level_pct", "%")}
    </Words>
    <Pipe from={114} to={168} flows={flow.out} />
  </>
);
