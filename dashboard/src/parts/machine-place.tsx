import { stepWords } from "../api/plant.ts";
import { addressOf } from "../app/router.ts";

interface MachinePlaceProps {
  /** `<site>/<line>/<step>/<machine>`. */
  readonly machine: string;
  readonly strong?: boolean;
}

/** "Tempering temper-01": the step, and the machine as a link to its page. */
export function MachinePlace({ machine, strong = false }: MachinePlaceProps) {
  const [, , step = "", id = machine] = machine.split("/");
  return (
    <>
      <span class={strong ? "strong" : ""}>{stepWords(step).name}</span>{" "}
      <a class="label" href={addressOf("machine", machine)}>
        {id}
      </a>
    </>
  );
}
