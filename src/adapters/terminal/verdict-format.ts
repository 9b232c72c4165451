import { UP_CATALOGUE } from "../../contract/catalogue.ts";
import { examplesOf } from "../../contract/examples/catalogue.ts";
import type { MessageVerdict } from "../../ingest/check-message.ts";
import { jsonLine } from "./json-line.ts";
import { type Piece, renderLine } from "./styled-text.ts";
import type { TableSurface } from "./table.ts";

/** What a data center would make of a message, for people. */
export function verdictText(name: string, verdict: MessageVerdict, { colour }: TableSurface): string {
  const { schema, reason, faults, flags, findings } = verdict;
  const what = `${name}: ${schema ?? "no schema fits"}, it would be `;
  const told = new Set(findings.map(({ flag }) => flag));
  const lines: Piece[][] =
    verdict.verdict === "quarantined"
      ? [
          [{ text: what }, { text: `in quarantine (${reason})`, style: ["red", "bold"] }],
          ...faults.map((fault): Piece[] => [{ text: `  ${fault}` }]),
          ...exampleLines(schema),
        ]
      : [
          [
            { text: what },
            { text: "stored", style: "green" },
            ...(flags.length === 0 ? [] : [{ text: ", flagged", style: "yellow" } as const]),
          ],
          ...findings.map(({ flag, about }): Piece[] => [
            { text: `  ${flag}`, style: "yellow" },
            { text: `: ${about}` },
          ]),
          ...flags
            .filter((flag) => !told.has(flag))
            .map((flag): Piece[] => [{ text: `  ${flag}`, style: "yellow" }]),
        ];
  return lines.map((line) => renderLine(line, null, colour)).join("\n");
}

function exampleLines(schema: string | null): Piece[][] {
  const entry = UP_CATALOGUE.find(({ name }) => name === schema);
  const example = entry === undefined ? undefined : examplesOf(entry.name)[0];
  if (example === undefined) return [];
  return [
    [{ text: `an example of ${schema}, on ${example.topic}:`, style: "dim" }],
    [{ text: `  ${JSON.stringify(example.payload)}` }],
  ];
}

/** The same for programs. */
export function verdictJson(name: string, topic: string, verdict: MessageVerdict): string {
  return jsonLine({ file: name, topic, ...verdict });
}
