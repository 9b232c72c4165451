import { verdictJson, verdictText } from "../adapters/terminal/verdict-format.ts";
import { loadPlant } from "../adapters/yaml/load-plant.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { checkMessage } from "../ingest/check-message.ts";
import { Plausibility } from "../plant/plausibility.ts";
import { defineCommand } from "./command.ts";
import { payloadOf } from "./payload-file.ts";

/** `conche check FILE|-` */
export const check = defineCommand({
  name: "check",
  summary: "say what a data center would make of a message, before it is published",
  description:
    "Reads a payload from a file, or from standard input (-), and says what a data center with this plant would do with\n" +
    "it on the topic: store it, flag it, or keep it in quarantine; with everything that is wrong and an example of the\n" +
    "right form. Needs no data center and stores nothing. Exits with 1 when the message would be in quarantine, with\n" +
    "--strict also when it would be flagged.",
  examples: [
    [
      "conche check --topic factory/tunis-01/line-a/s5_tempering/temper-01/telemetry reading.json",
      "a file, against the packaged plant",
    ],
    [
      "echo '{}' | conche check --topic factory/tunis-01/line-a/s5_tempering/temper-01/alarm -",
      "standard input: what does an alarm need?",
    ],
  ],
  arguments: [{ name: "file", help: "the payload, or - for standard input" }],
  settings: ["plant"],
  options: {
    topic: { argument: "TOPIC", help: "the topic it would be published on" },
    strict: { help: "exit with 1 when it would be flagged, too" },
  },
  async run({ arguments: { file = "-" }, options, config, terminal }) {
    const { topic, strict } = options;
    if (topic === undefined) {
      throw new ConcheError("CONCHE_USAGE", {
        message: "what a message may say depends on its topic",
        hint: "name it: --topic factory/<site>/<line>/<step>/<machine>/<telemetry|state|alarm|quality|batch>",
      });
    }
    const plausibility = new Plausibility(await loadPlant(config.plant));
    const verdict = checkMessage(topic, await payloadOf(file), plausibility, Date.now());
    const name = file === "-" ? "standard input" : file;
    terminal.out.write(
      `${config.json ? verdictJson(name, topic, verdict) : verdictText(name, verdict, terminal)}\n`,
    );
    return verdict.verdict === "quarantined" || (strict && verdict.flags.length > 0) ? 1 : 0;
  },
});
