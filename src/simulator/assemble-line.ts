import type { Plant, PlantLine } from "../plant/plant.ts";
import type { MachineModelName, SimulationOf } from "../plant/schema/simulation/machine-simulation.ts";
import { buildLineContext, type LineChoice } from "./build-line-context.ts";
import { BatchBook } from "./genealogy/batch-book.ts";
import { firstBatchNumber } from "./genealogy/codes.ts";
import { known, type LineContext } from "./line-context.ts";
import type { MachineModel, ModelContext } from "./machine-model.ts";
import { Conche } from "./machines/conche.ts";
import { CoolingTunnel } from "./machines/cooling-tunnel.ts";
import { Depositor } from "./machines/depositor.ts";
import { DosingScale } from "./machines/dosing-scale.ts";
import { Gateway } from "./machines/gateway.ts";
import { LineController, type PasteTrain } from "./machines/line-controller.ts";
import { PackingLine } from "./machines/packing-line.ts";
import { PasteMixer } from "./machines/paste-mixer.ts";
import { RollRefiner } from "./machines/roll-refiner.ts";
import { Temperer } from "./machines/temperer.ts";
import { type ModelledMachine, machineOf, machinesOf } from "./modelled-machine.ts";
import { type OpeningBatches, openingMix, openingMoulds, openingStock } from "./opening.ts";
import { BatchSequence } from "./process/batch-sequence.ts";
import { nominalFlow } from "./process/conche-rheology.ts";
import { Hopper } from "./process/hopper.ts";
import type { Mix } from "./process/mix.ts";
import type { Mould } from "./process/mould.ts";
import type { ProductionBatch } from "./process/production-batch.ts";
import { RandomStream } from "./random-stream.ts";
import { MachineReporter } from "./report/machine-reporter.ts";

/** A machine in motion: its physics and its voice. */
export interface RunningMachine {
  readonly report: MachineReporter;
  readonly model: MachineModel;
}

/** A line, ready to go its first step. */
export interface AssembledLine {
  readonly context: LineContext;
  /** In the order in which they make a step: always the same. */
  readonly machines: readonly RunningMachine[];
  /** Says what is on the line when the simulation begins; once, in the first step. */
  open(): void;
}

const HOUR_MS = 3_600_000;
/** How long ago the batches were begun that are on the line when the simulation begins, h. */
const BEGUN_H = { packing: 26, moulding: 14, dosing: 1 } as const;
/** How far the mixer is when the simulation begins, min. */
const MIXING_FOR_MIN = 8;

/** Puts a line together from the plant file: machines, what is between them, and what is on them. */
export function assembleLine(plant: Plant, line: PlantLine, choice: LineChoice): AssembledLine {
  return new LineAssembly(plant, line, choice).assemble();
}

class LineAssembly {
  readonly #line: PlantLine;
  readonly #seed: number;
  readonly #startMs: number;
  readonly #context: LineContext;
  readonly #sequence: BatchSequence;
  readonly #batches: OpeningBatches;
  readonly #mixKg: number;
  readonly #fullKg: number;
  readonly #book = new BatchBook();
  readonly #hopper: Hopper;
  /** Batches in the order in which they came into the tanks. */
  readonly #arrivals: ProductionBatch[] = [];
  readonly #machines: RunningMachine[] = [];

  constructor(plant: Plant, line: PlantLine, choice: LineChoice) {
    const { seed, startMs } = choice;
    this.#line = line;
    this.#seed = seed;
    this.#startMs = startMs;
    this.#context = buildLineContext(plant, line, choice);
    const { mixes } = machineOf(line, "conching").parameters;
    this.#mixKg = machineOf(line, "dosing").parameters.mix_kg;
    this.#fullKg = mixes * this.#mixKg;
    this.#hopper = new Hopper(machineOf(line, "refining").parameters.hopper_kg);
    this.#sequence = new BatchSequence(
      plant,
      line,
      mixes,
      this.#mixKg,
      firstBatchNumber(line.site.id, seed, startMs),
    );
    const begun = (hours: number) => this.#sequence.next(startMs - hours * HOUR_MS);
    this.#batches = {
      packing: begun(BEGUN_H.packing),
      moulding: begun(BEGUN_H.moulding),
      dosing: begun(BEGUN_H.dosing),
    };
  }

  assemble(): AssembledLine {
    const train = this.#pasteTrain();
    const controller = this.#one("line_controller", (machine) => {
      return new LineController(machine, train, this.#sequence, this.#book);
    });
    const moulds = this.#mouldingLine();
    for (const gateway of machinesOf(this.#line, "gateway"))
      this.#make(gateway, (machine) => new Gateway(machine));
    return {
      context: this.#context,
      machines: this.#machines,
      open: () => {
        const mixes = this.#openingMixes();
        controller.open(Object.values(this.#batches), openingStock(this.#context, mixes, moulds));
        this.#fillTrain(train, mixes);
      },
    };
  }

  #make<Name extends MachineModelName, Model extends MachineModel>(
    { machine, parameters }: ModelledMachine<Name>,
    create: (context: ModelContext<SimulationOf<Name>>) => Model,
  ): Model {
    const report = new MachineReporter(machine, new RandomStream(this.#seed, `${machine.key}/voice`));
    const random = new RandomStream(this.#seed, machine.key);
    const model = create({ parameters, report, random, line: this.#context });
    this.#machines.push({ report, model });
    return model;
  }

  #one<Name extends MachineModelName, Model extends MachineModel>(
    name: Name,
    create: (context: ModelContext<SimulationOf<Name>>) => Model,
  ): Model {
    return this.#make(machineOf(this.#line, name), create);
  }

  #pasteTrain(): PasteTrain {
    const mixer = this.#one("mixing", (machine) => new PasteMixer(machine, this.#hopper));
    const scale = this.#one("dosing", (machine) => new DosingScale(machine, mixer));
    const conches = machinesOf(this.#line, "conching").map((conche) =>
      this.#make(
        conche,
        (machine) => new Conche(machine, this.#fullKg, (batch) => this.#arrivals.push(batch)),
      ),
    );
    const refiner = this.#one("refining", (machine) => new RollRefiner(machine, this.#hopper, conches));
    return { scale, mixer, refiner, conches };
  }

  /** From the tank to the pallet; returns the moulds in the tunnel. */
  #mouldingLine(): Mould[] {
    const { packing, moulding } = this.#batches;
    const { parameters: depositing } = machineOf(this.#line, "depositing");
    const { parameters: cooling } = machineOf(this.#line, "cooling");
    const { parameters: packaging } = machineOf(this.#line, "packaging");
    const tank = known(this.#context.tanks, moulding.productType);
    tank.beginLot(moulding, this.#context.names.tank(moulding));
    tank.add(this.#context.production.start.tank_kg, nominalFlow(moulding.product.recipe.phases));

    const temperer = this.#one("tempering", (machine) => new Temperer(machine, this.#arrivals, moulding));
    const barsPerMin = depositing.cavities * depositing.moulds_per_min;
    const packer = this.#one("packaging", (machine) => {
      return new PackingLine(machine, this.#book, packing, barsPerMin, this.#startMs);
    });
    const tunnel = this.#one("cooling", (machine) => {
      return new CoolingTunnel(machine, packer, depositing.moulds_per_min, moulding.product);
    });
    this.#one("depositing", (machine) => new Depositor(machine, temperer, tunnel, moulding, this.#startMs));
    const random = new RandomStream(this.#seed, `${this.#line.site.id}/${this.#line.definition.id}/opening`);
    const moulds = openingMoulds(this.#context, this.#batches, { depositing, cooling, packaging }, random);
    tunnel.startWith(moulds);
    return moulds;
  }

  /** Mixes that are on the line already: in the conche, one in the hopper, one in the mixer. */
  #openingMixes(): Mix[] {
    const batch = this.#batches.dosing;
    const count = Math.min(batch.mixes, this.#context.production.start.conche_mixes + 2);
    return Array.from({ length: count }, (_, index) =>
      openingMix(this.#context, batch, index + 1, this.#mixKg),
    );
  }

  #fillTrain({ scale, mixer, refiner, conches }: PasteTrain, mixes: readonly Mix[]): void {
    const batch = this.#batches.dosing;
    const inConche = Math.min(mixes.length, this.#context.production.start.conche_mixes);
    conches[0]?.startWith(batch, mixes.slice(0, inConche));
    refiner.startWith(batch);
    const [inHopper, inMixer] = mixes.slice(inConche);
    if (inHopper !== undefined) this.#hopper.add(inHopper, inHopper.kg);
    if (inMixer !== undefined) mixer.startWith(inMixer, MIXING_FOR_MIN);
    // Weighing goes on with the first mix that isn't on the line yet.
    scale.begin(batch, mixes.length + 1);
  }
}
