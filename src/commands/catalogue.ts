import type { CatalogueEntry } from "./command.ts";

/**
 * Every verb, in the order of the help. The summary stands here as well as in the command's own file, so that
 * `conche --help` loads nothing; a test holds the two together.
 */
export const COMMANDS: readonly CatalogueEntry[] = [
  {
    name: "doctor",
    summary: "check versions, plant, data folder, disk, database, ports, clock and broker",
    group: "Care",
    load: async () => (await import("./doctor.ts")).doctor,
  },
];
