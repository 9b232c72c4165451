import type { CatalogueEntry } from "./command.ts";

/**
 * Every verb, in the order of the help. The summary stands here as well as in the command's own file, so that
 * `conche --help` loads nothing; a test holds the two together.
 */
export const COMMANDS: readonly CatalogueEntry[] = [
  {
    name: "contract",
    summary: "write the contract: JSON Schemas, AsyncAPI document, reference page",
    group: "Care",
    load: async () => (await import("./contract.ts")).contract,
  },
  {
    name: "passwd",
    summary: "add a user to a password file of the embedded broker, or change the password",
    group: "Care",
    load: async () => (await import("./passwd.ts")).passwd,
  },
  {
    name: "doctor",
    summary: "check versions, plant, data folder, disk, database, ports, clock and broker",
    group: "Care",
    load: async () => (await import("./doctor.ts")).doctor,
  },
];
