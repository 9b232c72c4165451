import { counted, grouped } from "./counts.ts";

/** What a simulated line came to. */
export interface SimulationTally {
  readonly published: number;
  readonly refused: number;
  /** Where it went through an outbox: messages found there, handed over, receipted, waiting, given up. */
  readonly outbox?: {
    readonly leftBehind: number;
    readonly handedOver: number;
    readonly receipted: number;
    readonly waiting: number;
    readonly givenUp: number;
  };
}

/** What a simulation published, was refused, and what became of it, in a line for people. */
export function simulationLine({ published, refused, outbox }: SimulationTally): string {
  if (outbox === undefined) {
    return `${counted(published, "message")} published, ${grouped(refused)} refused`;
  }
  const { leftBehind, handedOver, receipted, waiting, givenUp } = outbox;
  const parts = [
    `${counted(handedOver, "message")} handed over`,
    ...(leftBehind === 0 ? [] : [`${grouped(leftBehind)} left by an earlier run`]),
    `${grouped(receipted)} receipted`,
    waiting === 0 ? "0 waiting" : `${grouped(waiting)} waiting for a receipt`,
    ...(givenUp === 0 ? [] : [`${grouped(givenUp)} given up`]),
    ...(refused === 0 ? [] : [`${grouped(refused)} refused`]),
  ];
  return parts.join(", ");
}

/** The same figures as fields of a JSON line. */
export function simulationFields({ published, refused, outbox }: SimulationTally): Record<string, unknown> {
  return { published, refused, ...outbox };
}
