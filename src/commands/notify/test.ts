import { jsonLine } from "../../adapters/terminal/json-line.ts";
import { renderTable } from "../../adapters/terminal/table.ts";
import { loadNotifyPlan } from "../../adapters/yaml/load-notify-plan.ts";
import { loadPlant } from "../../adapters/yaml/load-plant.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { trialMessage } from "../../notify/message.ts";
import { plantTimezone } from "../../run/notify/notifier-run.ts";
import { openSenders } from "../../run/notify/open-senders.ts";
import { defineCommand } from "../command.ts";

/** `conche notify test` */
export const test = defineCommand({
  name: "test",
  summary: "check the notification file, and send a test message to every channel",
  description:
    "Reads the notification file, says everything that is wrong with it at once, and sends a test message to every\n" +
    "channel, or to one. Exit code 1 where one did not arrive. Nothing else is sent, and no running process hears of it.",
  examples: [
    ["conche notify test --notify notify.yaml", "every channel"],
    ["conche notify test --notify notify.yaml --channel shift", "one of them"],
  ],
  settings: ["notify", "plant"],
  options: { channel: { argument: "NAME", help: "only this channel" } },
  async run({ options, config, terminal }) {
    const file = config.notify;
    if (file === null)
      throw new ConcheError("CONCHE_USAGE", {
        message: "no notification file is named",
        hint: "name it with --notify FILE",
      });
    const plan = await loadNotifyPlan(file, plantTimezone(await loadPlant(config.plant)));
    const senders = await openSenders(plan, file);
    const { channel: only } = options;
    if (only !== undefined && !senders.has(only)) {
      throw new ConcheError("CONCHE_USAGE", {
        message: `there is no channel ${only}`,
        hint: `there is ${[...senders.keys()].join(", ")}`,
      });
    }
    const chosen = [...senders].filter(([name]) => only === undefined || name === only);
    const results = await Promise.all(
      chosen.map(async ([channel, sender]) => {
        const attempt = await sender.send(trialMessage(channel, Date.now()));
        const kind = plan.channels.get(channel)?.way.kind ?? "";
        return { channel, kind, ok: attempt.ok, error: attempt.ok ? "" : attempt.error };
      }),
    );
    if (config.json) for (const result of results) terminal.out.write(`${jsonLine(result)}\n`);
    else {
      const rows = results.map(({ channel, kind, ok, error }) => [
        channel,
        kind,
        ok ? { text: "taken", style: "green" as const } : { text: error, style: "red" as const },
      ]);
      const columns = [{ title: "channel" }, { title: "way" }, { title: "result", flexible: true as const }];
      terminal.out.write(`${renderTable(columns, rows, terminal)}\n`);
    }
    return results.every(({ ok }) => ok) ? 0 : 1;
  },
});
