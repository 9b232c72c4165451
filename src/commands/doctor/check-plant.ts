import { counted } from "../../adapters/terminal/counts.ts";
import { loadPlant } from "../../adapters/yaml/load-plant.ts";
import { asConcheError } from "../report-error.ts";
import { type Check, fail, ok } from "./finding.ts";

/** The plant file. */
export const checkPlant: Check = async ({ plant: file }) => {
  try {
    const { document, lines, machines } = await loadPlant(file);
    const sites = document.sites.map((site) => site.id).join(", ");
    return [
      ok(
        "plant",
        `${file}: ${sites}; ${counted(lines.length, "line")}, ${counted(machines.length, "machine")}`,
      ),
    ];
  } catch (error) {
    const { message, hint } = asConcheError(error);
    return [fail("plant", message, hint)];
  }
};
