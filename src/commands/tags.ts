import { isCsv } from "../adapters/terminal/csv.ts";
import { tagsCsv, tagsJson, tagsText } from "../adapters/terminal/tags-format.ts";
import { loadPlant } from "../adapters/yaml/load-plant.ts";
import { standing, tagModel } from "../api/tag-model.ts";
import { watchOf } from "../api/watch.ts";
import { machineStateView } from "../monitor/machine-state/machine-state-view.ts";
import { oneMachineNow } from "../monitor/machine-state/machines-now.ts";
import { isStale } from "../monitor/machine-state/silence.ts";
import { allCurrentValues } from "../monitor/tags/current-values.ts";
import { tagsView } from "../monitor/tags/tags-view.ts";
import { folderContext } from "../run/views/folder-context.ts";
import { defineCommand } from "./command.ts";
import { FORMAT_OPTION, formatOf } from "./output-format.ts";
import { machineNamed } from "./tags/machine-named.ts";
import { readingIfKept, withView } from "./with-view.ts";

/** `conche tags [MACHINE]` */
export const tags = defineCommand({
  name: "tags",
  summary: "what a machine measures now: values with unit, limits, quality and age",
  description:
    "The newest value of every tag of a machine, or of all of them, beside the limits that the plant model has for the\n" +
    "product being made. A value outside its normal range is called out, one beyond an alarm limit alarm; one that is\n" +
    "only held (its machine is not connected, or said it no more) is stale. Reads the views beside whoever keeps them.",
  examples: [
    ["conche tags temper-01", "one machine"],
    ["conche tags", "every machine"],
    ["conche tags --format csv > tags.csv", "for a spreadsheet"],
  ],
  arguments: [
    { name: "machine", help: "its name, or its address <site>/<line>/<step>/<machine>", optional: true },
  ],
  settings: ["data", "plant"],
  options: { format: FORMAT_OPTION },
  async run({ arguments: { machine }, options, config, terminal }) {
    const plant = await loadPlant(config.plant);
    const format = formatOf(options.format, config.json);
    const nowMs = Date.now();
    using parts = new DisposableStack();
    const { log } = folderContext(config.data, parts);
    return withView(config.data, terminal, tagsView, (views, { views: reader }) => {
      const watch = watchOf({ plant, nowMs, views: reader, log });
      const states = readingIfKept(reader, machineStateView);
      const chosen = machine === undefined ? [...allCurrentValues(views)] : [machineNamed(views, machine)];
      const rows = chosen.flatMap(({ machine: key, product, values }) => {
        const connected = states === undefined ? null : oneMachineNow(states, key, watch)?.connected;
        const silentAfterMs = watch.silentAfterMs(key);
        return values.map((value) => {
          const { unit, label, decimals, limits } = tagModel(plant, key, value.tag, product ?? undefined);
          const stands = standing(value.value, limits);
          return {
            ...value,
            machine: key,
            product,
            label,
            decimals,
            limits,
            unit: value.unit ?? unit,
            stands,
            ageMs: nowMs - value.atMs,
            stale: isStale({ ...value, connected, silentAfterMs }, watch.nowMs),
          };
        });
      });
      if (isCsv(format)) terminal.out.write(tagsCsv(rows, format));
      else if (format === "json") terminal.out.write(tagsJson(rows));
      else terminal.out.write(`${tagsText(rows, terminal)}\n`);
      return 0;
    });
  },
});
