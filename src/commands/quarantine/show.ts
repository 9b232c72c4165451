import { quarantinedJson, quarantinedText } from "../../adapters/terminal/quarantine-format.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { defineCommand } from "../command.ts";
import { withQuarantine } from "../with-log.ts";
import { MESSAGE_ID, messageId } from "./quarantine-options.ts";

/** `conche quarantine show ID` */
export const show = defineCommand({
  name: "show",
  summary: "show one quarantined message with its bytes",
  description:
    "Shows everything that is known of a quarantined message, with its payload as text or in hexadecimal. With --raw\n" +
    "the payload alone, byte by byte, for a file or another program.",
  examples: [
    ["conche quarantine show 17", "message 17"],
    ["conche quarantine show 17 --raw > payload.bin", "its payload as received"],
    ["conche quarantine show 17 --json", "as JSON, the payload in base64"],
  ],
  arguments: [MESSAGE_ID],
  settings: ["data"],
  options: { raw: { help: "only the payload, byte by byte" } },
  async run({ arguments: { id: text = "" }, options, config, terminal }) {
    const id = messageId(text);
    if (options.raw && terminal.columns !== null) {
      throw new ConcheError("CONCHE_USAGE", {
        message: "--raw writes bytes that could act on the terminal",
        hint: "send them to a file or another program: conche quarantine show ID --raw > payload.bin",
      });
    }
    return withQuarantine(config.data, async (quarantine) => {
      const message = quarantine.get(id);
      if (options.raw) terminal.out.write(message.payload);
      else
        terminal.out.write(
          `${config.json ? quarantinedJson(message) : quarantinedText(message, terminal)}\n`,
        );
      return 0;
    });
  },
});
