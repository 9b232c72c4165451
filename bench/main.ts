// What the product does per second, in milliseconds, in bytes. Each figure is the median of several runs after a
// warm-up; what is compared is measured in turn in the same minutes. Needs two cores: the load takes one.
//
//   npm run bench -- [--runs 5] [--messages 400000] [--only WORD] [--json FILE]
//   npm run bench -- --only trace                    genealogy of 0.1, 1 and 10 million connections; only where it is named
//   npm run bench -- --only soak [--minutes 10]      memory of every long-running process; only where it is named
//
// Only where they are named, too: dashboard, browsers (50 of them beside ingest), browser-memory [--minutes 60],
// views-growth (1 and 10 lines, 1 and 30 days).
import { writeFile } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { renderTable } from "../src/adapters/terminal/table.ts";
import { NO_MOSQUITTO } from "../test/servers/mosquitto.ts";
import { bridgeToLog, gatewayToLog } from "./cases/bridge.ts";
import { brokerToLog, TO_LOG, TO_NOWHERE } from "./cases/broker-to-log.ts";
import { browserMemory, ingestBesideBrowsers } from "./cases/browsers.ts";
import { currentState } from "./cases/current-state.ts";
import { dashboard } from "./cases/dashboard.ts";
import { edgeCatchUp, edgeToLog, receiptLatency } from "./cases/edge-to-log.ts";
import {
  commitLatency,
  commitPerMessage,
  EMBEDDED,
  embeddedIngest,
  SINGLE,
} from "./cases/embedded-ingest.ts";
import { outboxHandOver } from "./cases/outbox.ts";
import { soak } from "./cases/soak.ts";
import { firstMessage, setUp } from "./cases/start-up.ts";
import { tags } from "./cases/tags.ts";
import { traces } from "./cases/trace.ts";
import { ingestBesideViews, liveLatency, rebuildGrowth, rebuildViews } from "./cases/views.ts";
import { type Figure, figure } from "./statistics.ts";

/** What `--only` looks for, and what is measured. */
interface Case {
  readonly name: string;
  readonly measure: (messages: number, runs: number, minutes: number) => Promise<Figure[]>;
  readonly needsMosquitto?: boolean;
  /** Left out unless `--only` names it: it takes many minutes. */
  readonly onlyByName?: boolean;
}

const CASES: readonly Case[] = [
  { name: "embedded", measure: embeddedIngest },
  { name: "single", measure: (messages, runs) => commitPerMessage(Math.min(messages, 10_000), runs) },
  {
    name: "mosquitto",
    needsMosquitto: true,
    measure: (messages, runs) => brokerToLog(Math.min(messages, 200_000), runs),
  },
  { name: "latency", measure: (_messages, runs) => commitLatency(10_000, 20, Math.min(runs, 3)) },
  { name: "current-state", measure: (_messages, runs) => currentState(runs) },
  { name: "outbox", measure: (_messages, runs) => outboxHandOver(3, runs) },
  { name: "edge-to-log", needsMosquitto: true, measure: (messages, runs) => edgeToLog(messages, runs) },
  {
    name: "edge-receipt",
    needsMosquitto: true,
    measure: (_messages, runs) => receiptLatency(1_000, 20, Math.min(runs, 3)),
  },
  {
    name: "edge-catch-up",
    needsMosquitto: true,
    measure: (messages, runs) => edgeCatchUp(messages, Math.min(runs, 3)),
  },
  {
    name: "bridge",
    needsMosquitto: true,
    measure: (messages, runs) => bridgeToLog(messages, Math.min(runs, 3)),
  },
  {
    name: "gateway",
    needsMosquitto: true,
    measure: (messages, runs) => gatewayToLog(messages, Math.min(runs, 3)),
  },
  { name: "tags", measure: (messages, runs) => tags(messages, Math.min(runs, 3)) },
  { name: "views-rebuild", measure: (messages, runs) => rebuildViews(messages, Math.min(runs, 3)) },
  { name: "views-live", measure: () => liveLatency(1_000, 100) },
  {
    name: "views-ingest",
    measure: (messages, runs) => ingestBesideViews(messages, Math.min(runs, 5)),
  },
  {
    name: "soak",
    needsMosquitto: true,
    onlyByName: true,
    measure: (_messages, _runs, minutes) => soak(minutes),
  },
  { name: "views-growth", onlyByName: true, measure: () => rebuildGrowth() },
  {
    name: "browsers",
    onlyByName: true,
    measure: (messages, runs) => ingestBesideBrowsers(Math.min(messages, 100_000), Math.min(runs, 3)),
  },
  {
    name: "browser-memory",
    onlyByName: true,
    measure: (_messages, _runs, minutes) => browserMemory(minutes),
  },
  { name: "dashboard", onlyByName: true, measure: (_messages, runs) => dashboard(Math.min(runs, 5)) },
  { name: "trace", onlyByName: true, measure: () => traces() },
  { name: "start", measure: (_messages, runs) => firstMessage(runs) },
  { name: "setup", measure: (_messages, runs) => setUp(Math.min(runs, 2)) },
];

/** Group commit with the embedded broker against everything else, as far as it was measured. */
function embeddedAgainst(measured: readonly Figure[]): Figure[] {
  const medianOf = (wanted: string) => measured.find(({ name }) => name === wanted)?.median;
  const embedded = medianOf(EMBEDDED);
  return [SINGLE, TO_NOWHERE, TO_LOG].flatMap((name) => {
    const other = medianOf(name);
    if (embedded === undefined || other === undefined) return [];
    return [figure(`group commit by: ${name}`, "ratio", [embedded / other])];
  });
}

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    messages: { type: "string", default: "400000" },
    minutes: { type: "string", default: "10" },
    only: { type: "string", default: "" },
    json: { type: "string" },
  },
});
const runs = Number(values.runs);
const messages = Number(values.messages);
const minutes = Number(values.minutes);
if (!(runs >= 1) || !(messages >= 1_000) || !(minutes >= 1)) {
  process.stderr.write("bench: --runs and --minutes take a number from 1, --messages one from 1000\n");
  process.exit(2);
}

const machine = `${availableParallelism()} cores, ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.versions.node}`;
const figures: Figure[] = [];
const wanted = CASES.filter(({ name, onlyByName }) =>
  onlyByName === true ? name === values.only : name.includes(values.only),
);
for (const { name, measure, needsMosquitto } of wanted) {
  if (needsMosquitto === true && NO_MOSQUITTO !== false) {
    process.stderr.write(`bench: ${name} left out: ${NO_MOSQUITTO}\n`);
    continue;
  }
  process.stderr.write(`bench: ${name} ...\n`);
  try {
    figures.push(...(await measure(messages, runs, minutes)));
  } catch (error) {
    // The other cases are worth having all the same.
    process.stderr.write(`bench: ${name} failed: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  }
}
figures.push(...embeddedAgainst(figures));

const rows = figures.map(({ name, unit, median, min, max, runs: all }) => [
  name,
  shown(median),
  `${shown(min)} to ${shown(max)}`,
  String(all.length),
  unit,
]);
const columns = [
  { title: "measured" },
  { title: "median", align: "right" },
  { title: "range", align: "right" },
  { title: "runs", align: "right" },
  { title: "unit" },
] as const;
process.stdout.write(`${machine}\n${renderTable(columns, rows, { columns: null, colour: false })}\n`);
const json = JSON.stringify({ machine, figures });
if (values.json === undefined) process.stdout.write(`${json}\n`);
else await writeFile(values.json, `${json}\n`);

function shown(value: number): string {
  const digits = value >= 1_000 ? 0 : value >= 100 ? 1 : 2;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
