import { type MachineAddress, machineAddress } from "../contract/topic.ts";
import { ConcheError } from "../errors/conche-error.ts";

/**
 * Reads a machine's address from `<site>/<line>/<step>/<machine>`, or checks one given in parts.
 * @throws ConcheError CONCHE_USAGE
 */
export function parseMachineAddress(address: string | MachineAddress): MachineAddress {
  const { site, line, step, machine } = typeof address === "string" ? levelsOf(address) : address;
  const parsed = machineAddress(site, line, step, machine);
  if ("detail" in parsed) throw notAnAddress(`${site}/${line}/${step}/${machine}`, parsed.detail);
  return parsed;
}

function levelsOf(address: string): Record<keyof MachineAddress, string> {
  const levels = address.split("/");
  const [site = "", line = "", step = "", machine = ""] = levels;
  if (levels.length !== 4) throw notAnAddress(address, "expected 4 levels");
  return { site, line, step, machine };
}

function notAnAddress(address: string, detail: string): ConcheError {
  return new ConcheError("CONCHE_USAGE", {
    message: `"${address}" is no machine's address: ${detail}`,
    hint: "write <site>/<line>/<step>/<machine>, for example tunis-01/line-a/s5_tempering/temper-01",
  });
}
