import { grouped } from "../adapters/terminal/counts.ts";
import { jsonLine } from "../adapters/terminal/json-line.ts";
import { progressLine } from "../adapters/terminal/progress-line.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { allViews } from "../run/views/all-views.ts";
import { rebuildViews } from "../run/views/rebuild-run.ts";
import { defineCommand } from "./command.ts";

/** `conche rebuild` */
export const rebuild = defineCommand({
  name: "rebuild",
  summary: "derive views anew from the log, while the old ones answer",
  description:
    "Folds the whole log into new editions of views beside the ones that are there; those answer until the new ones have\n" +
    "caught up. Where a data center or `conche serve` keeps the views, that process does it and this one watches.",
  examples: [
    ["conche rebuild", "all views"],
    ["conche rebuild machine-state tags", "two of them; `conche views` lists the names"],
  ],
  arguments: [{ name: "view", help: "only these views", optional: true, several: true }],
  settings: ["data", "views"],
  async run({ arguments: { view }, config, terminal, stopSignal }) {
    const views = allViews();
    const names = views.map(({ name }) => name);
    const wanted = view === undefined ? names : view.split(",").map((name) => name.trim());
    const unknown = wanted.find((name) => !names.includes(name));
    if (unknown !== undefined) {
      throw new ConcheError("CONCHE_USAGE", {
        message: `there is no view ${unknown}`,
        hint: `there is ${names.join(", ")}`,
      });
    }
    const progress = progressLine(terminal, config.json);
    const { messages, seconds, elsewhere } = await rebuildViews({
      folder: config.data,
      views,
      wanted,
      cacheBytes: config.views.cacheMb * 1024 * 1024,
      signal: stopSignal(),
      onProgress: (done, total) => progress?.("folding the log", done, total),
    });
    const rate = Math.round(messages / Math.max(seconds, 0.001));
    if (config.json) terminal.out.write(`${jsonLine({ views: wanted, messages, seconds, elsewhere })}\n`);
    else {
      const where = elsewhere ? " by the process that keeps the views" : ` (${grouped(rate)} a second)`;
      terminal.out.write(
        `${wanted.join(", ")}: built anew from ${grouped(messages)} messages in ${seconds.toFixed(1)} s${where}\n`,
      );
    }
    return 0;
  },
});
