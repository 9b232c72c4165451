import { loadPlant } from "../adapters/yaml/load-plant.ts";
import { runServe } from "../run/views/serve-run.ts";
import { endOfRun } from "../run/wait.ts";
import { defineCommand } from "./command.ts";

/** `conche serve` */
export const serve = defineCommand({
  name: "serve",
  summary: "views and API over a log that another process writes, or nobody",
  description:
    "Keeps the views of a data folder and answers questions about them over HTTP, as `conche up` and `conche datacenter`\n" +
    "do for their own. Only reads the log: a data center may write it meanwhile (start that one with --views off, or this\n" +
    "one reads its views). With --broker what people do (acknowledge, shelve) is published there; without, the API takes\n" +
    "no actions. The API is in docs/api.md, and at /api/openapi.json.",
  examples: [
    ["conche serve --data ./week", "questions about a week's history, on port 8080"],
    ["conche serve --http-port 0 --for 5", "on a free port, for five seconds"],
  ],
  outlivesOutput: true,
  settings: [
    "data",
    "plant",
    "forSeconds",
    "quiet",
    "http",
    "oidc",
    "views",
    "notify",
    "broker",
    "access",
    "signing",
  ],
  only: { access: ["access-file"], signing: ["trusted-keys"] },
  run: async ({ config, terminal, stopSignal }) => {
    const stop = stopSignal();
    const plant = await loadPlant(config.plant);
    const run = await runServe({ config, terminal, plant });
    // Nothing that happens to views or log ends it: it says so, and goes on when that is over.
    await endOfRun(stop, config.forSeconds, new Promise(() => {}));
    await run.stop();
    return 0;
  },
});
