import { OpenViews } from "../../src/adapters/sqlite/views/open-views.ts";
import { ViewsReader } from "../../src/adapters/sqlite/views/views-reader.ts";
import { loadPlant } from "../../src/adapters/yaml/load-plant.ts";
import type { ApiContext } from "../../src/api/context.ts";
import { ApiDoor } from "../../src/api/door.ts";
import { ROUTES } from "../../src/api/routes.ts";
import { type MessageType, parseUpTopic } from "../../src/contract/topic.ts";
import { LOG_START } from "../../src/log/log-position.ts";
import { machineStateView } from "../../src/monitor/machine-state/machine-state-view.ts";
import { plantNow } from "../../src/monitor/machine-state/plant-now.ts";
import { stateHistory } from "../../src/monitor/machine-state/state-intervals.ts";
import { expandPlant } from "../../src/plant/expand-plant.ts";
import type { Plant } from "../../src/plant/plant.ts";
import type { ViewMessage, ViewStore } from "../../src/views/view.ts";
import { cpuMs, cpuMsOf, type Figure, figure } from "../statistics.ts";
import { inFolder } from "./in-folder.ts";

const LINES = 100;
const STATES = 20;
const BEGIN_MS = Date.UTC(2026, 10, 27);
const MINUTE_MS = 60_000;

/** What every machine of a plant of a thousand does at present, read from its view on disk. */
export async function currentState(runs: number): Promise<Figure[]> {
  const plant = expandPlant(await loadPlant("plants/chocolate.yaml"), { lines: LINES });
  return inFolder(async (folder) => {
    const views = await OpenViews.open(folder, { cacheBytes: 64_000_000 });
    const { edition } = views.store.create(machineStateView, "answering");
    tell(plant, views.store.open(edition, machineStateView));
    views.store.commit([{ edition, position: LOG_START, newestReceivedMs: 0 }]);
    const reader = new ViewsReader(folder);
    const nowMs = BEGIN_MS + STATES * MINUTE_MS;
    const measure = (ask: () => unknown) =>
      cpuMs(() => {
        reader.refresh();
        // As an answer of the API leaves the process.
        JSON.stringify(ask());
        reader.release();
      });
    const reading = () => reader.reading(machineStateView);
    const now = () => measure(() => plantNow(plant, reading(), nowMs));
    const door = new ApiDoor(ROUTES);
    const log = () => ({ end: () => LOG_START });
    const context = { plant, nowMs, version: "", views: reader, log } as unknown as ApiContext;
    const request = { route: "now", params: {}, query: {}, body: undefined, accept: "", ifNoneMatch: "" };
    const answered = () =>
      cpuMsOf(async () => {
        reader.refresh();
        await door.answer(request, context);
        reader.release();
      });
    const answers: number[] = [];
    const span = { fromMs: BEGIN_MS, toMs: nowMs };
    const watch = { nowMs, silentAfterMs: MINUTE_MS * 2 };
    const [machine] = plant.machines;
    const history = () => measure(() => stateHistory(reading(), machine?.key ?? "", span, watch));
    now();
    history();
    await answered();
    for (let run = 0; run < runs * 4; run++) answers.push(await answered());
    const figures = [
      figure(
        `current state of ${plant.machines.length} machines, of processor time`,
        "ms",
        Array.from({ length: runs * 4 }, now),
      ),
      figure(
        `/api/now of ${plant.machines.length} machines, until the answer is a text, of processor time`,
        "ms",
        answers,
      ),
      figure(
        `states of one machine, ${STATES} of them, of processor time`,
        "ms",
        Array.from({ length: runs * 4 }, history),
      ),
    ];
    reader.close();
    views.close();
    return figures;
  });
}

/** Each machine changes its state every minute, and is heard between. */
function tell(plant: Plant, store: ViewStore): void {
  let id = 0;
  for (const { key } of plant.machines) {
    for (let minute = 0; minute < STATES; minute++) {
      const atMs = BEGIN_MS + minute * MINUTE_MS;
      const state = minute % 2 === 0 ? "Execute" : "Held";
      machineStateView.fold(said(key, "state", ++id, atMs, { state, mode: "Production" }), store);
      machineStateView.fold(said(key, "telemetry", ++id, atMs + MINUTE_MS / 2, { tags: {} }), store);
    }
  }
}

function said(machine: string, type: MessageType, id: number, atMs: number, body: object): ViewMessage {
  const topic = parseUpTopic(`factory/${machine}/${type}`);
  const payload = { v: 2, ts: new Date(atMs).toISOString(), product_type: "dark", ...body };
  const place = { type, id, topic, atMs, receivedAtMs: atMs, boot: null, seq: null };
  return { ...place, flags: 0, batchId: null, version: 2, payload } as ViewMessage;
}
