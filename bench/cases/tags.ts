import { OpenViews } from "../../src/adapters/sqlite/views/open-views.ts";
import { ViewsReader } from "../../src/adapters/sqlite/views/views-reader.ts";
import { type MachineKey, machineKeyOf } from "../../src/contract/topic.ts";
import { allCurrentValues } from "../../src/monitor/tags/current-values.ts";
import { tagSeries } from "../../src/monitor/tags/tag-series.ts";
import { ROLLUPS } from "../../src/monitor/tags/tag-tables.ts";
import { tagsViewKeeping } from "../../src/monitor/tags/tags-view.ts";
import type { ViewMessage } from "../../src/views/view.ts";
import { viewMessage } from "../../test/monitor/view-messages.ts";
import { HOUR_MS, hoursOf, START_MS } from "../../test/simulator/simulated-line.ts";
import { cpuMs, type Figure, figure } from "../statistics.ts";
import { inFolder } from "./in-folder.ts";

const CACHE_BYTES = 64 * 1024 * 1024;
/** As a follower that catches up does it: a second's work at a time. */
const COMMIT_EVERY = 50_000;
const MONTH_S = 30 * 86_400;
const TEMPER = "tunis-01/line-a/s5_tempering/temper-01";

/** Folds messages into a folder's tags view; gives the seconds of processor time that it took. */
async function foldInto(folder: string, messages: Iterable<ViewMessage>): Promise<number> {
  const view = tagsViewKeeping({});
  const views = await OpenViews.open(folder, { cacheBytes: CACHE_BYTES });
  try {
    const { edition } = views.store.create(view, "answering");
    const store = views.store.open(edition, view);
    const commit = (id: number) => {
      views.store.commit([{ edition, position: { logId: "bench", id, checksum: 0 }, newestReceivedMs: 1 }]);
    };
    let id = 0;
    const before = process.cpuUsage();
    for (const message of messages) {
      view.fold(message, store);
      id++;
      if (id % COMMIT_EVERY === 0) commit(id);
    }
    commit(id);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  } finally {
    views.close();
  }
}

/** A simulated hour's telemetry, over and over: what a line says in so many hours. */
function* lineHours(hours: number): Generator<ViewMessage> {
  const hour = hoursOf(1).filter(({ type }) => type === "telemetry");
  const seqs = new Map<MachineKey, number>();
  let id = 0;
  for (let shift = 0; shift < hours; shift++) {
    for (const { machine, payload, atMs } of hour) {
      const key = machineKeyOf(machine);
      const seq = (seqs.get(key) ?? 0) + 1;
      seqs.set(key, seq);
      id++;
      const said = { id, machine: key, type: "telemetry", seq, atMs: atMs + shift * HOUR_MS } as const;
      yield viewMessage({ ...said, payload: payload as never });
    }
  }
}

function* everySecond(): Generator<ViewMessage> {
  for (let second = 0; second < MONTH_S; second++) {
    const temp_c = Math.round(3140 + 40 * Math.sin(second / 900) + 10 * Math.sin(second * 1.7)) / 100;
    const said = {
      id: second + 1,
      machine: TEMPER,
      type: "telemetry",
      atMs: START_MS + second * 1000,
    } as const;
    yield viewMessage({ ...said, payload: { tags: { temp_c } } });
  }
}

function* plantOf(machines: number): Generator<ViewMessage> {
  const tags = Object.fromEntries(Array.from({ length: 8 }, (_, tag) => [`tag_${tag}`, tag + 0.25]));
  for (let id = 1; id <= machines; id++) {
    const machine = `tunis-01/line-a/s5_tempering/machine-${String(id).padStart(4, "0")}`;
    yield viewMessage({ id, machine, type: "telemetry", atMs: START_MS, payload: { tags } });
  }
}

function reading<Result>(folder: string, work: (view: ReturnType<ViewsReader["reading"]>) => Result): Result {
  const reader = new ViewsReader(folder);
  try {
    reader.refresh();
    return work(reader.reading(tagsViewKeeping({})));
  } finally {
    reader.close();
  }
}

/** The tags view alone: what folding a line's telemetry costs, how many bytes a day takes, how long answers take. */
export async function tags(messages: number, runs: number): Promise<Figure[]> {
  const rates: number[] = [];
  const bytesADay: number[] = [];
  // Ten machines say 29,520 messages of telemetry in an hour.
  const hours = Math.max(1, Math.round(messages / 29_520));
  for (let run = 0; run <= runs; run++) {
    await inFolder(async (folder) => {
      const said = [...lineHours(hours)];
      const seconds = await foldInto(folder, said);
      if (run === 0) return;
      rates.push(said.length / seconds);
      const bytes = reading(folder, (view) => {
        let sum = 0;
        for (const { chunk } of view.rows(ROLLUPS).range()) sum += chunk.length;
        return sum;
      });
      bytesADay.push((bytes / hours) * 24);
    });
  }
  const month = await inFolder(async (folder) => {
    await foldInto(folder, everySecond());
    const [fromMs, toMs] = [START_MS, START_MS + MONTH_S * 1000];
    const request = { machine: TEMPER, tag: "temp_c", fromMs, toMs, points: 2000 };
    return Array.from({ length: runs * 4 }, () =>
      reading(folder, (view) => cpuMs(() => tagSeries(view, request))),
    );
  });
  const present = await inFolder(async (folder) => {
    await foldInto(folder, plantOf(1000));
    return Array.from({ length: runs * 4 }, () =>
      reading(folder, (view) => cpuMs(() => [...allCurrentValues(view)])),
    );
  });
  return [
    figure("tags view: folding a line's telemetry, of processor time", "msg/s", rates),
    figure("tags view: kept figures of a line", "bytes/day", bytesADay),
    figure("a month of a tag at 1 Hz as 2,000 points, of processor time", "ms", month),
    figure("newest values of 1,000 machines of 8 tags, of processor time", "ms", present),
  ];
}
