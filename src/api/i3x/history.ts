import { qualifiedValue } from "../../contract/schemas/telemetry-v2.ts";
import { isReadable, MessageReader } from "../../log/message-reader.ts";
import { machineStateView } from "../../monitor/machine-state/machine-state-view.ts";
import { stateHistory } from "../../monitor/machine-state/state-intervals.ts";
import type { PlantMachine } from "../../plant/plant.ts";
import type { ApiContext } from "../context.ts";
import type { Period } from "../period.ts";
import { watchOf } from "../watch.ts";
import type { AddressSpace, I3xObject } from "./address-space.ts";
import { asTyped } from "./values.ts";
import { noData, type Vqt, vqt } from "./vqt.ts";

/** Values in one answer, of all objects together: what is beyond is asked for from the last time on. */
export const MOST_HISTORY_VALUES = 20_000;

/** What happened to objects in a span, as values by time. Tags come from the log, value by value. */
export class I3xHistory {
  readonly #context: ApiContext;
  readonly #space: AddressSpace;
  readonly #period: Period;
  readonly #tags = new Map<string, ReadonlyMap<string, readonly Vqt[]>>();
  #left = MOST_HISTORY_VALUES;
  #cutShort = false;

  constructor(context: ApiContext, space: AddressSpace, period: Period) {
    this.#context = context;
    this.#space = space;
    this.#period = period;
  }

  /** Whether there was more than an answer holds. */
  get cutShort(): boolean {
    return this.#cutShort;
  }

  result(object: I3xObject, maxDepth: number): object {
    const { isComposition, element } = object;
    const own = { isComposition, values: this.#values(object) };
    if (element.kind !== "machine" || maxDepth === 1) return own;
    const components = (object.related.get("HasComponent") ?? []).flatMap((id) => {
      const component = this.#space.objects.get(id);
      return component === undefined ? [] : [[id, this.#values(component)] as const];
    });
    return {
      ...own,
      components: Object.fromEntries(
        components.map(([id, values]) => [id, { isComposition: false, values }]),
      ),
    };
  }

  #values({ element }: I3xObject): readonly Vqt[] {
    const values =
      element.kind === "tag"
        ? (this.#tagsOf(element.machine).get(element.tag) ?? [])
        : element.kind === "machine"
          ? this.#states(element.machine)
          : [];
    if (values.length === 0) return [noData(this.#period.fromMs)];
    const taken = values.slice(0, this.#left);
    this.#left -= taken.length;
    if (taken.length < values.length) this.#cutShort = true;
    return taken;
  }

  #states({ key }: PlantMachine): Vqt[] {
    const { nowMs, silentAfterMs } = watchOf(this.#context);
    const watch = { nowMs, silentAfterMs: silentAfterMs(key) };
    const { intervals } = stateHistory(
      this.#context.views.reading(machineStateView),
      key,
      this.#period,
      watch,
    );
    return intervals.map(({ fromMs, state, mode, reason }) =>
      vqt(
        {
          state,
          mode,
          stopCategory: reason?.category ?? null,
          stopCode: reason?.code ?? null,
          causedBy: reason?.causedBy ?? null,
        },
        state === "unknown" ? "uncertain" : "good",
        fromMs,
      ),
    );
  }

  /** The values of all tags of a machine: its messages are read once. */
  #tagsOf(machine: PlantMachine): ReadonlyMap<string, readonly Vqt[]> {
    const known = this.#tags.get(machine.key);
    if (known !== undefined) return known;
    const { fromMs, toMs } = this.#period;
    const reader = new MessageReader();
    const found = new Map<string, { atMs: number; value: Vqt }[]>();
    let read = 0;
    const filter = { ...machine.address, type: "telemetry", sinceMs: fromMs, untilMs: toMs } as const;
    for (const stored of this.#context.log().query(filter)) {
      if (++read > MOST_HISTORY_VALUES) {
        this.#cutShort = true;
        break;
      }
      this.#context.spend();
      const message = reader.read(stored);
      if (!isReadable(message) || message.type !== "telemetry") continue;
      for (const [tag, said] of Object.entries(message.payload.tags)) {
        const { value, quality } = qualifiedValue(said);
        const each = { atMs: message.atMs, value: vqt(asTyped(machine, tag, value), quality, message.atMs) };
        const values = found.get(tag);
        if (values === undefined) found.set(tag, [each]);
        else values.push(each);
      }
    }
    const inOrder = Array.from(found, ([tag, values]) => {
      // The log has them as they were stored; what came late belongs where it happened.
      values.sort((a, b) => a.atMs - b.atMs);
      return [tag, values.map(({ value }) => value)] as const;
    });
    const tags = new Map(inOrder);
    this.#tags.set(machine.key, tags);
    return tags;
  }
}
