import { readClientIdentity } from "../../access/client-identity.ts";
import { jsonLine } from "../../adapters/terminal/json-line.ts";
import { renderTable, type TableColumn } from "../../adapters/terminal/table.ts";
import { loadPlant } from "../../adapters/yaml/load-plant.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { loadPolicy } from "../../run/broker/access-policy.ts";
import { defineCommand } from "../command.ts";

const COLUMNS: readonly TableColumn[] = [
  { title: "identity" },
  { title: "is a" },
  { title: "publishes on", align: "right" },
  { title: "reads", align: "right" },
];

/** `conche access show` */
export const show = defineCommand({
  name: "show",
  summary: "every identity there is, or what one of them may",
  description:
    "Lists who may do anything at all, or the topics that one identity may publish on and the filters that it may\n" +
    "subscribe to. An identity is the CN of a client's certificate, or its user name.",
  examples: [
    ["conche access show", "every identity there is"],
    ["conche access show desk/dashboard", "what the dashboard's desk may"],
  ],
  arguments: [
    { name: "identity", help: "for example tunis-01/line-a/s4_conching/conche-01", optional: true },
  ],
  settings: ["plant", "access"],
  async run({ arguments: { identity }, config, terminal }) {
    const policy = await loadPolicy(config, await loadPlant(config.plant));
    if (identity === undefined) {
      const all = Array.from(policy, ([name, { publish, read }]) => ({ name, publish, read }));
      const text = config.json
        ? all.map((one) => jsonLine({ identity: one.name, publish: one.publish, read: one.read })).join("\n")
        : renderTable(
            COLUMNS,
            all.map(({ name, publish, read }) => [
              name,
              readClientIdentity(name)?.kind ?? "",
              String(publish.length),
              String(read.length),
            ]),
            terminal,
          );
      terminal.out.write(`${text}\n`);
      return 0;
    }
    const rights = policy.get(identity);
    if (rights === undefined) {
      throw new ConcheError("CONCHE_ACCESS_UNKNOWN", {
        message: `${identity} is not among the ${policy.size} identities of the access rules: it may do nothing`,
      });
    }
    const { publish, read, share } = rights;
    if (config.json) terminal.out.write(`${jsonLine({ identity, publish, read, share })}\n`);
    else {
      const lines = [
        ...publish.map((topic) => `publish  ${topic}`),
        ...read.map((filter) => `read     ${filter}${share ? ", shared too" : ""}`),
      ];
      terminal.out.write(`${lines.join("\n")}\n`);
    }
    return 0;
  },
});
