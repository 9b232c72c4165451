import { belt, box, cooling, depositing, oven, packaging } from "./continuous.tsx";
import type { SymbolDrawing, SymbolFlow, SymbolValues } from "./symbol-values.ts";
import { conching, dosing, mixing, refining, tank, tempering } from "./vessels.tsx";

const DRAWINGS: Readonly<Record<string, SymbolDrawing>> = {
  dosing,
  mixing,
  refining,
  conching,
  tempering,
  depositing,
  cooling,
  packaging,
  tank,
  oven,
  belt,
};

interface MachineSymbolProps {
  readonly symbol: string | undefined;
  readonly values: SymbolValues;
  readonly flow: SymbolFlow;
}

/** The drawing of a machine in its column: 168 by 100, scaled to the column's width. */
export function MachineSymbol({ symbol, values, flow }: MachineSymbolProps) {
  const draw = DRAWINGS[symbol ?? ""] ?? box;
  return (
    <svg class="mimic-symbol" viewBox="0 0 168 100" width="100%" aria-hidden="true">
      {draw(values, flow)}
    </svg>
  );
}
