import { machineStateView } from "../../monitor/machine-state/machine-state-view.ts";
import { type MachineNow, oneMachineNow } from "../../monitor/machine-state/machines-now.ts";
import { isStale, SHORTEST_SILENCE_MS, silenceOf } from "../../monitor/machine-state/silence.ts";
import { currentValues, type MachineValues } from "../../monitor/tags/current-values.ts";
import { tagsView } from "../../monitor/tags/tags-view.ts";
import type { PlantMachine } from "../../plant/plant.ts";
import type { ApiContext } from "../context.ts";
import { type HeardWatch, watchOf } from "../watch.ts";
import type { AddressSpace, I3xObject } from "./address-space.ts";
import { isWords } from "./object-types.ts";
import { noData, type Vqt, vqt } from "./vqt.ts";

/** A last value, with those of its components where they are asked for. */
export interface CurrentValueResult extends Vqt {
  readonly isComposition: boolean;
  readonly components?: Readonly<Record<string, Vqt>>;
}

/** The last values of objects: each machine is read once for all that is asked of it. */
export class CurrentI3xValues {
  readonly #context: ApiContext;
  readonly #space: AddressSpace;
  readonly #tags = new Map<string, MachineValues | undefined>();
  readonly #states = new Map<string, MachineNow | undefined>();
  #heard: HeardWatch | undefined;

  constructor(context: ApiContext, space: AddressSpace) {
    this.#context = context;
    this.#space = space;
  }

  /** @param maxDepth as i3X has it: 1 the value alone, 0 or more than 1 with its components */
  result(object: I3xObject, maxDepth: number): CurrentValueResult {
    const { isComposition } = object;
    const own = this.#value(object);
    if (!isComposition || maxDepth === 1) return { isComposition, ...own };
    const ids = object.related.get("HasComponent") ?? [];
    const components = ids.flatMap((id) => {
      const component = this.#space.objects.get(id);
      return component === undefined ? [] : [[id, this.#value(component)] as const];
    });
    return { isComposition, ...own, components: Object.fromEntries(components) };
  }

  #value({ element }: I3xObject): Vqt {
    if (element.kind === "tag") return this.#tagValue(element.machine, element.tag);
    return element.kind === "machine" ? this.#machineValue(element.machine) : this.#counts(element.machines);
  }

  #tagValue(machine: PlantMachine, tag: string): Vqt {
    const said = this.#tagsOf(machine)?.values.find((each) => each.tag === tag);
    if (said === undefined) return noData(this.#context.nowMs);
    const { atMs, receivedAtMs } = said;
    const connected = this.#stateOf(machine)?.connected;
    const silentAfterMs = silenceOf(this.#context.plant)(machine.key);
    // i3X: good is valid and current; what is only held is uncertain, however well it was measured.
    const held = isStale({ atMs, receivedAtMs, connected, silentAfterMs }, this.#context.nowMs);
    const quality = held && said.quality === "good" ? "uncertain" : said.quality;
    return vqt(asTyped(machine, tag, said.value), quality, atMs);
  }

  #machineValue(machine: PlantMachine): Vqt {
    const now = this.#stateOf(machine);
    if (now === undefined) return noData(this.#context.nowMs);
    const tags = this.#tagsOf(machine)?.values ?? [];
    const known = tags.filter(({ tag }) => Object.hasOwn(machine.definition.tags, tag));
    const value = {
      state: now.state,
      mode: now.mode,
      stopCategory: now.reason?.category ?? null,
      stopCode: now.reason?.code ?? null,
      causedBy: now.reason?.causedBy ?? null,
      product: now.product,
      batch: now.batch,
      connected: now.connected,
      tags: Object.fromEntries(
        known.map(({ tag, value, quality }) => [
          tag,
          quality === "bad" ? null : asTyped(machine, tag, value),
        ]),
      ),
    };
    const heard = Math.max(0, ...Object.values(now.lastSeen));
    // A state that nobody can vouch for is not a good one, and no time is newer than the last word.
    return vqt(
      value,
      now.state === "unknown" || this.#isOld() ? "uncertain" : "good",
      heard || (now.lastReceivedMs ?? 0),
    );
  }

  #counts(machines: readonly PlantMachine[]): Vqt {
    const states = machines.map((machine) => this.#stateOf(machine));
    const heard = Math.max(0, ...states.map((state) => state?.lastReceivedMs ?? 0));
    if (heard === 0) return noData(this.#context.nowMs);
    const unknown = states.filter((state) => state === undefined || state.state === "unknown").length;
    const executing = states.filter((state) => state?.state === "Execute").length;
    const standing = machines.length - unknown - executing;
    const quality = unknown === 0 && !this.#isOld() ? "good" : "uncertain";
    return vqt({ machines: machines.length, executing, standing, unknown }, quality, heard);
  }

  /** What views say that are behind the log is not current. */
  #isOld(): boolean {
    return this.#context.nowMs - this.#watch().nowMs > SHORTEST_SILENCE_MS;
  }

  #watch(): HeardWatch {
    this.#heard ??= watchOf(this.#context);
    return this.#heard;
  }

  #tagsOf({ key }: PlantMachine): MachineValues | undefined {
    if (!this.#tags.has(key)) this.#tags.set(key, currentValues(this.#context.views.reading(tagsView), key));
    return this.#tags.get(key);
  }

  #stateOf({ key }: PlantMachine): MachineNow | undefined {
    if (!this.#states.has(key)) {
      this.#context.spend();
      const states = this.#context.views.reading(machineStateView);
      this.#states.set(key, oneMachineNow(states, key, this.#watch()));
    }
    return this.#states.get(key);
  }
}

/** A value as its type has it; null where a machine says something else than the plant file expects of the tag. */
export function asTyped(machine: PlantMachine, tag: string, value: unknown): unknown {
  const model = machine.definition.tags[tag];
  if (model === undefined || value === null) return null;
  if (isWords(model)) return typeof value === "number" ? null : String(value);
  return typeof value === "number" ? value : null;
}
