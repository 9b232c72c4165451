// A thread that answers questions: reads views and log over connections of its own.
import { parentPort, workerData } from "node:worker_threads";
import { UnsequencedCounts } from "../../adapters/sqlite/log/unsequenced-counts.ts";
import { readNotifyState } from "../../adapters/sqlite/notify/read-notify-state.ts";
import { ViewsReader } from "../../adapters/sqlite/views/views-reader.ts";
import type { ApiCall, ApiOrder, ApiReply } from "../../adapters/worker-threads/answer-thread.ts";
import { type ApiActed, DeedCaller } from "../../adapters/worker-threads/api-deeds.ts";
import { deadline, lateness } from "../../api/deadline.ts";
import { type ApiAnswer, ApiDoor, problemAnswer } from "../../api/door.ts";
import { answerI3x, isI3x } from "../../api/i3x/questions.ts";
import { ROUTES } from "../../api/routes.ts";
import { ActionsUnderway } from "../../api/underway.ts";
import { ConditionKeeper } from "../../monitor/condition/condition-keeper.ts";
import { NOTHING_TOLD } from "../../notify/notifier.ts";
import { plantOf } from "../../plant/plant.ts";
import { GraphKeeper } from "../../trace/graph/read-graph.ts";
import { folderContext } from "./folder-context.ts";
import { folderAccess, quarantineWork } from "./quarantine-work.ts";

const { folder, plant: document, version, limitMs, acts, writes, notifies } = workerData as ApiOrder;
const plant = plantOf(document);
const door = new ApiDoor(ROUTES);
const graphs = new GraphKeeper();
const conditions = new ConditionKeeper();
const underway = new ActionsUnderway();
const deeds = new DeedCaller(tell);
const work = writes ? deeds.quarantine : quarantineWork(plant, folderAccess(folder), folder);
const NO_LIMIT = () => {};
let spend: () => void = NO_LIMIT;
const views = new ViewsReader(folder, () => spend());
const counts = new UnsequencedCounts(() => spend());

/** Everything is opened for the question and closed after it: files may come, go and be replaced meanwhile. */
async function answer({ request, health }: ApiCall): Promise<ApiAnswer> {
  using parts = new DisposableStack();
  spend = deadline(limitMs, () => performance.now());
  try {
    views.refresh();
    parts.defer(() => views.release());
    const context = {
      plant,
      nowMs: Date.now(),
      version,
      views,
      ...folderContext(folder, parts, counts),
      health: () => health,
      notifications: () => (notifies ? (readNotifyState(folder) ?? NOTHING_TOLD) : undefined),
      quarantineWork: work,
      login: request.login,
      graphs,
      conditions,
      underway,
      desk: acts ? deeds.desk : undefined,
      spend: () => spend(),
      isLate: lateness(limitMs, () => performance.now()),
    };
    return isI3x(request) ? answerI3x(request, context) : await door.answer(request, context);
  } catch (error) {
    return problemAnswer(error);
  }
}

function tell(reply: ApiReply): void {
  parentPort?.postMessage(reply);
}

let last: Promise<void> = Promise.resolve();
parentPort?.on("message", (call: ApiCall | ApiActed) => {
  if ("acted" in call) {
    deeds.acted(call);
    return;
  }
  last = last.then(async () => {
    tell({ answer: await answer(call) });
  });
});
tell("ready");
