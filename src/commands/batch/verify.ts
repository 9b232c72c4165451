import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { LogReader } from "../../adapters/sqlite/log/log-reader.ts";
import { jsonLine } from "../../adapters/terminal/json-line.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { checkSeal, type Seal } from "../../trace/record/seal.ts";
import { defineCommand } from "../command.ts";
import { matching, place } from "../option-values.ts";

const SEAL = /^\d{1,12}:\d{1,16}:[0-9a-f]{64}$/;
const OPTIONS = {
  record: { argument: "FILE", help: "the record, as HTML or JSON", parse: place },
  seal: {
    argument: "SEAL",
    help: "or its seal as it is printed: MESSAGES:LAST_ID:HASH",
    parse: matching(SEAL, "MESSAGES:LAST_ID:HASH, as a record prints it"),
  },
} as const;

/** `conche batch verify` */
export const verify = defineCommand({
  name: "verify",
  summary: "check the seal of a batch record against the log",
  description:
    "Computes the hash chain again over the messages that name the batch, up to the one the record ended with. Exits with 1\n" +
    "when they are not what was sealed. Messages that came later are counted: the record can be drawn up anew with them.",
  examples: [
    ["conche batch verify B20260111-DA-0042 --record record.html", "by the file"],
    ["conche batch verify B20260111-DA-0042 --record record.json --json", "for a program"],
  ],
  arguments: [{ name: "batch", help: "the batch" }],
  settings: ["data"],
  options: OPTIONS,
  async run({ arguments: words, options, config, terminal }) {
    const batch = words.batch ?? "";
    const expected = await sealOf(options.record, options.seal);
    const log = LogReader.open(config.data);
    try {
      const sha256 = (text: string) => hash("sha256", text);
      const check = checkSeal(expected, log.query({ batchId: batch }), sha256);
      const { holds, found, later } = check;
      if (config.json) terminal.out.write(`${jsonLine({ batch, ...check })}\n`);
      else {
        terminal.out.write(
          holds
            ? `The seal of ${batch} holds: ${found.messages} messages are as they were sealed.\n`
            : `The seal of ${batch} is broken: sealed were ${expected.messages} messages through id ${expected.last_id}, the log has ${found.messages}${found.messages === expected.messages ? ", and something in them is different" : ""}.\n`,
        );
        if (later > 0) terminal.out.write(`${later} messages that name it came later.\n`);
      }
      return holds ? 0 : 1;
    } finally {
      log.close();
    }
  },
});

async function sealOf(file: string | undefined, text: string | undefined): Promise<Seal> {
  const printed = text?.split(":");
  if (printed !== undefined) {
    const [messages = "", last = "", hash = ""] = printed;
    return {
      algorithm: "sha256-chain/1",
      messages: Number(messages),
      first_id: 0,
      last_id: Number(last),
      hash,
    };
  }
  if (file === undefined) {
    throw new ConcheError("CONCHE_USAGE", {
      message: "nothing is given to check",
      hint: "add --record FILE or --seal SEAL",
    });
  }
  const content = await readFile(file, "utf8");
  const json = /<script type="application\/json" id="seal">([^<]*)<\/script>/.exec(content)?.[1] ?? content;
  try {
    const { seal } = JSON.parse(json) as { seal?: Seal };
    if (seal !== undefined && typeof seal.hash === "string") return seal;
  } catch {
    // said below
  }
  throw new ConcheError("CONCHE_USAGE", {
    message: `${file} has no seal`,
    hint: "give a record as conche batch record --format html or json wrote it, or --seal",
  });
}
