import { jsonLine } from "../adapters/terminal/json-line.ts";
import { renderTable, type TableCell, type TableColumn } from "../adapters/terminal/table.ts";
import type { Terminal } from "../adapters/terminal/terminal.ts";
import { defineCommand } from "./command.ts";
import { checkCertificates } from "./doctor/check-certificates.ts";
import { checkDatabase } from "./doctor/check-database.ts";
import { checkFolder } from "./doctor/check-folder.ts";
import { checkLogins } from "./doctor/check-logins.ts";
import { checkClock, checkPorts, checkVersions } from "./doctor/check-machine.ts";
import { checkPermissions } from "./doctor/check-permissions.ts";
import { checkAccess, checkBroker, checkPlant } from "./doctor/check-settings.ts";
import type { Check, Finding } from "./doctor/finding.ts";

const CHECKS: readonly Check[] = [
  checkVersions,
  checkPlant,
  checkFolder,
  checkPermissions,
  checkDatabase,
  checkPorts,
  checkAccess,
  checkLogins,
  checkCertificates,
  checkBroker,
  checkClock,
];

const COLUMNS: readonly TableColumn[] = [{ title: "check" }, { title: "" }, { title: "found" }];
const VERDICT_STYLE = { ok: "green", warn: "yellow", fail: ["red", "bold"] } as const;

/** `conche doctor` */
export const doctor = defineCommand({
  name: "doctor",
  summary: "check versions, plant, data folder, disk, database, ports, clock and broker",
  description:
    "Checks what a data center needs, with the same options, file and environment it would start with. Changes\n" +
    "nothing; works before the first start and beside a running data center. Exits with 1 when something fails.",
  examples: [
    ["conche doctor", "what `conche up` would find"],
    ["conche doctor --data /var/lib/conche --broker mqtts://broker:8883", "what that data center would find"],
    ["conche doctor --json", "a line of JSON per check, for monitoring"],
  ],
  settings: ["data", "mqtt", "http", "oidc", "plant", "broker"],
  async run({ config, terminal }) {
    const findings: Finding[] = [];
    // One after the other: the time of an fsync means nothing while others keep the disk busy.
    for (const check of CHECKS) findings.push(...(await check(config)));
    terminal.out.write(`${config.json ? findings.map(asJson).join("\n") : asTable(findings, terminal)}\n`);
    return findings.some((finding) => finding.verdict === "fail") ? 1 : 0;
  },
});

function asTable(findings: readonly Finding[], terminal: Terminal): string {
  const rows = findings.flatMap(({ check, verdict, detail, hint }) => {
    const row: TableCell[] = [check, { text: verdict, style: VERDICT_STYLE[verdict] }, detail];
    return hint === undefined ? [row] : [row, ["", "", `-> ${hint}`]];
  });
  return renderTable(COLUMNS, rows, terminal);
}

function asJson({ check, verdict, detail, hint }: Finding): string {
  return jsonLine({ check, verdict, detail, hint: hint ?? null });
}
