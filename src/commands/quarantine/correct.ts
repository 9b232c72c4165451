import { jsonLine } from "../../adapters/terminal/json-line.ts";
import { sanitizeLine } from "../../adapters/terminal/sanitize.ts";
import { loadPlant } from "../../adapters/yaml/load-plant.ts";
import type { ReplayOutcome } from "../../ingest/quarantine-replay.ts";
import { folderAccess, quarantineWork } from "../../run/views/quarantine-work.ts";
import { defineCommand } from "../command.ts";
import { payloadOf } from "../payload-file.ts";
import { DECISION_OPTIONS, MESSAGE_ID, messageId, whoAndWhy } from "./quarantine-options.ts";

/** `conche quarantine correct ID FILE` */
export const correct = defineCommand({
  name: "correct",
  summary: "store a corrected copy of a quarantined message; the original stays, with who and why",
  description:
    "Takes a corrected payload from a file, or from standard input (-), and stores it in the place of the quarantined\n" +
    "message, flagged `corrected`. The original stays in quarantine byte by byte, with who corrected it and why. A copy\n" +
    "keeps the number of its original. What is still wrong is said, all of it, and nothing is stored then. A data\n" +
    "center that runs on the folder does it itself, from its dashboard or API; this command needs it stopped.",
  examples: [
    ["conche quarantine show 17 --raw > copy.json", "a copy to edit"],
    [
      'conche quarantine correct 17 copy.json --by "Amel" --why "decimal comma of the new panel"',
      "store what was edited",
    ],
  ],
  arguments: [MESSAGE_ID, { name: "file", help: "the corrected payload, or - for standard input" }],
  settings: ["data", "plant"],
  options: {
    topic: { argument: "TOPIC", help: "where it should have been published, where that was wrong" },
    ...DECISION_OPTIONS,
  },
  async run({ arguments: { id: text = "", file = "" }, options, config, terminal }) {
    const id = messageId(text);
    const correction = whoAndWhy(options);
    const plant = await loadPlant(config.plant);
    const copy = { payload: await payloadOf(file), topic: options.topic };
    const outcome = await quarantineWork(plant, folderAccess(config.data), config.data).correct(
      id,
      copy,
      correction,
    );
    terminal.out.write(config.json ? `${jsonLine({ ...outcome })}\n` : `${inWords(outcome)}\n`);
    return outcome.kind === "refused" ? 1 : 0;
  },
});

function inWords({ id, kind, detail }: ReplayOutcome): string {
  if (kind === "refused") return `${id}: still refused: ${sanitizeLine(detail)}`;
  const what = kind === "stored" ? "the corrected copy is stored" : "the corrected copy was stored before";
  return `${id}: ${what}; the original stays in quarantine`;
}
