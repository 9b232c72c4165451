import type { Command } from "../command.ts";
import type { Receipt } from "../receipt.ts";
import { BOOT, LINE, type PayloadExample } from "./example.ts";

/** Receipts, for the contract's documents and the tests. */
export const RECEIPT_EXAMPLES: readonly PayloadExample<Receipt>[] = [
  {
    name: "with-gap",
    topic: `datacenter/${LINE}/s4_conching/conche-01/receipt`,
    summary: "all up to 4712 is on disk, number 4655 in quarantine, except twelve that never came",
    payload: {
      boot: BOOT,
      through: 4712,
      missing: [
        [4380, 4390],
        [4401, 4401],
      ],
      quarantined: [4655],
      at: "2026-01-11T08:30:01.512Z",
    },
  },
];

/** Commands, for the contract's documents and the tests. */
export const COMMAND_EXAMPLES: readonly PayloadExample<Command>[] = [
  {
    name: "set-parameter",
    topic: `datacenter/${LINE}/s5_tempering/temper-01/command`,
    summary: "a new set point, to be taken within a minute or not at all",
    payload: {
      command_id: "019bac41-9b10-7000-8000-00000000c0de",
      command: "set_parameter",
      parameters: { cooling_water_temp_c: 14.5 },
      at: "2026-01-11T08:32:00Z",
      expires_at: "2026-01-11T08:33:00Z",
      by: "a.trabelsi",
      reason: "temper index above 6",
    },
  },
];
