import { BackfillConsole } from "../adapters/terminal/backfill-console.ts";
import { grouped } from "../adapters/terminal/counts.ts";
import { Notices } from "../adapters/terminal/notices.ts";
import { simulationFields, simulationLine } from "../adapters/terminal/simulation-line.ts";
import { loadPlant } from "../adapters/yaml/load-plant.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { shownAddress } from "../mqtt/broker-address.ts";
import { expandPlant, withTelemetryInterval } from "../plant/expand-plant.ts";
import type { ScenarioDocument } from "../plant/scenario/scenario-document.ts";
import { BrokerSearch } from "../run/broker/broker-search.ts";
import { runBackfill } from "../run/simulation/backfill-run.ts";
import { chosenScenario } from "../run/simulation/chosen-scenario.ts";
import { publishHistory } from "../run/simulation/history-publishing.ts";
import { simulatedHistory } from "../run/simulation/simulated-history.ts";
import { behindInALine, runSimulation, simulatedAnew } from "../run/simulation/simulation-run.ts";
import { endOfRun } from "../run/wait.ts";
import { expectedSize } from "../simulator/expected-size.ts";
import { defineCommand, type Invocation } from "./command.ts";
import { PUBLISHING_ONLY } from "./command-options.ts";
import { duration } from "./option-values.ts";
import { INTERRUPTED } from "./stop-signal.ts";

const OPTIONS = {
  backfill: {
    argument: "SPAN",
    help: "make so much history (12h, 7d) as fast as possible: into a new log in --data, or with --broker to that broker",
    parse: duration("1m", "366d"),
  },
} as const;

const HOUR_MS = 3_600_000;
const NOBODY_HERE = "start a data center there (conche datacenter), or name a broker with --broker";

/** `conche simulate` */
export const simulate = defineCommand({
  name: "simulate",
  summary: "the simulated line alone: to any broker, or a history straight into a log",
  description:
    "Connects one client per machine, each with its will, and publishes what the simulated lines say. Without --broker\n" +
    "it looks for a data center's embedded broker on this machine (--mqtt-host, --mqtt-port). What no receipt of a data\n" +
    "center covers yet is kept on disk and sent again: with --outbox for the next run too, else until the end of this one.\n" +
    "With --backfill it makes a history instead: into a new log in --data, through the same ingest as a data center and\n" +
    "with the simulated time as the time of receipt; or, with --broker, to that broker as fast as it acknowledges. The\n" +
    "history ends at the last midnight (UTC) unless --start says when it begins. The same seed, start, plant and options\n" +
    "give the same messages with the same numbers. Exits with 130 when it was stopped before the end.",
  examples: [
    ["conche simulate", "to the embedded broker of a running data center"],
    ["conche simulate --broker mqtt://broker.plant:1883 --lines 8", "eight lines to another broker"],
    [
      "conche simulate --broker mqtt://broker.plant:1883 --outbox ./outbox",
      "what waits at the end goes out with the next run",
    ],
    ["conche simulate --scenario nozzle-clogging --speed 60", "a line on which something goes wrong"],
    ["conche simulate --payload-version 1 --protocol 3.1.1", "as the first generation of machines speaks"],
    ["conche simulate --backfill 7d --data ./week", "a week's history as a log"],
    [
      "conche simulate --backfill 30d --telemetry-interval 10 --data ./month",
      "a month's, in a tenth of the room",
    ],
    ["conche simulate --backfill 1d --broker mqtt://broker.plant:1883", "a day's, to another broker"],
  ],
  settings: ["data", "plant", "outbox", "forSeconds", "quiet", "mqtt", "simulation", "broker", "signing"],
  only: PUBLISHING_ONLY,
  options: OPTIONS,
  run: (invocation) => (invocation.options.backfill === undefined ? live(invocation) : history(invocation)),
});

type SimulateInvocation = Invocation<typeof OPTIONS>;

async function plantOf({ config }: SimulateInvocation) {
  const { simulation } = config;
  const plant = expandPlant(await loadPlant(config.plant), simulation);
  return withTelemetryInterval(plant, simulation.telemetryIntervalSeconds);
}

async function live(invocation: SimulateInvocation): Promise<number> {
  const { config, terminal, stopSignal } = invocation;
  const stop = stopSignal();
  const plant = await plantOf(invocation);
  const scenario = await chosenScenario(config.simulation.scenario, plant);
  const url = config.broker.url ?? `mqtt://${config.mqtt.host}:${config.mqtt.port}`;
  const say = (event: string, text: string, fields: Record<string, unknown> = {}) => {
    if (config.json) terminal.out.write(`${JSON.stringify({ event, ...fields })}\n`);
    else terminal.out.write(`${text}\n`);
  };
  if (!config.quiet)
    say("connecting", `connecting ${plant.machines.length} machines to ${shownAddress(url)}`);
  const signal = giveUpSignal(invocation, stop);
  const broker = shownAddress(url);
  const search = new BrokerSearch({
    address: broker,
    forSeconds: config.forSeconds,
    onTrouble: troubleOn(invocation),
    ...(config.broker.url === null ? { hint: NOBODY_HERE } : {}),
  });
  const connecting = runSimulation({
    config,
    plant,
    source: simulatedAnew(plant, scenario, config),
    url,
    outbox: config.outbox ?? undefined,
    signal,
    onTrouble: search.troubled,
    onBehind: (behind) => {
      if (!config.quiet) say("behind", behindInALine(behind, config.simulation.speed), { ...behind });
    },
  });
  const simulation = await search.found(connecting);
  if (simulation === undefined && !stop.aborted) throw search.failure();
  if (simulation === undefined) return 0;
  say("started", `${simulation.machines} machines are publishing to ${broker}; Ctrl-C stops`, {
    broker,
    machines: simulation.machines,
  });
  await endOfRun(stop, config.forSeconds, new Promise(() => {}));
  await simulation.stop();
  const counts = simulation.counts();
  say("stopped", `stopped: ${simulationLine(counts)}`, simulationFields(counts));
  return counts.refused === 0 ? 0 : 1;
}

async function history(invocation: SimulateInvocation): Promise<number> {
  const { config, options, terminal, stopSignal } = invocation;
  const stop = giveUpSignal(invocation, stopSignal());
  const simulated = await plantOf(invocation);
  const scenario = await chosenScenario(config.simulation.scenario, simulated);
  const made = simulatedHistory({
    config,
    plant: simulated,
    scenario,
    lengthMs: options.backfill ?? 0,
    nowMs: Date.now(),
  });
  const { plant, startMs, endMs, seed } = made;
  const { url } = config.broker;
  const view = new BackfillConsole({
    terminal,
    mode: config.json ? "json" : "lines",
    quiet: config.quiet,
    startMs,
    endMs,
    now: () => performance.now(),
  });
  const target = url === null ? config.data : shownAddress(url);
  const machines = plant.machines.length;
  const cut = scenario && cutScenario(scenario, endMs - startMs);
  const [from, until] = [startMs, endMs].map((ms) => new Date(ms).toISOString());
  const expected = expectedSize(
    plant,
    { seed, startMs, payloadVersion: made.payloadVersion, scenario },
    endMs - startMs,
  );
  const about = `about ${grouped(rounded(expected.messages))} messages, ${grouped(rounded(expected.bytes / 1e6))} MB`;
  view.started(`${from} to ${until}, seed ${seed}, ${machines} machines, ${about}, into ${target}`, {
    expected,
    from,
    until,
    seed,
    machines,
    boot: made.boot ?? null,
    ...(scenario === undefined
      ? {}
      : { scenario: { id: scenario.id, hours: scenario.hours, complete: cut === undefined } }),
    ...(url === null ? { data: target } : { broker: target }),
  });
  if (cut !== undefined) view.notice({ level: "warning", code: "scenario-cut", text: cut });
  if (url === null) {
    return (await runBackfill({ history: made, folder: config.data, view, stop })) ? 0 : INTERRUPTED;
  }
  const onTrouble = troubleOn(invocation);
  try {
    const complete = await publishHistory({
      config,
      plant,
      url,
      signal: stop,
      onTrouble,
      history: made,
      view,
    });
    return complete ? 0 : stop.aborted ? INTERRUPTED : 1;
  } catch (error) {
    if (error instanceof ConcheError && error.code === "CONCHE_SHUTTING_DOWN") return INTERRUPTED;
    throw error;
  }
}

/** Two digits: it is an estimate. */
function rounded(value: number): number {
  return Number(value.toPrecision(2));
}

/** What a history that is shorter than its scenario leaves out, for people; undefined when it holds all of it. */
function cutScenario({ id, hours, expect }: ScenarioDocument, lengthMs: number): string | undefined {
  const hoursMade = lengthMs / HOUR_MS;
  if (hoursMade >= hours) return undefined;
  const cut = expect.filter(({ until_h }) => until_h > hoursMade).map(({ finding }) => finding);
  const missed =
    cut.length === 0 ? "" : `; of what is to be found, this is not in it or cut short: ${cut.join(", ")}`;
  const made = Number(hoursMade.toFixed(2));
  return `the history has ${made} h and ends before the scenario ${id}, which takes ${hours} h (--backfill ${hours}h)${missed}`;
}

/** With --for, looking for the broker counts too. */
function giveUpSignal({ config }: SimulateInvocation, stop: AbortSignal): AbortSignal {
  if (config.forSeconds === null) return stop;
  return AbortSignal.any([stop, AbortSignal.timeout(config.forSeconds * 1000)]);
}

function troubleOn({ terminal, config }: SimulateInvocation): (error: ConcheError) => void {
  const notices = new Notices({ terminal, mode: config.json ? "json" : "lines", quiet: config.quiet });
  return ({ code, message, hint }) => notices.say({ level: "warning", code, text: message, hint });
}
