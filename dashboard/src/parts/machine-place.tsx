import { plant, stepWords } from "../api/plant.ts";
import { addressOf } from "../app/router.ts";

interface MachinePlaceProps {
  /** `<site>/<line>/<step>/<machine>`. */
  readonly machine: string;
  /** On the page of its line: the step stands out, and the line needs no name. */
  readonly strong?: boolean;
}

/** "Tempering temper-01": the step, and the machine as a link to its page; of several lines, on which of them. */
export function MachinePlace({ machine, strong = false }: MachinePlaceProps) {
  const [, , step = "", id = machine] = machine.split("/");
  return (
    <>
      <span class={strong ? "strong" : ""}>{stepWords(step).name}</span>{" "}
      <a class="label" href={addressOf("machine", machine)}>
        {id}
      </a>
      {strong ? null : <span class="label">{lineWords(machine)}</span>}
    </>
  );
}

/** Machines of the same name stand on every line of a larger plant: which line it is, where there are several. */
function lineWords(machine: string): string {
  const [site = "", line = ""] = machine.split("/");
  const lines = plant.value?.lines ?? [];
  if (lines.length < 2) return "";
  return lines.every((each) => each.site.id === site) ? ` ${line}` : ` ${line}, ${site}`;
}
