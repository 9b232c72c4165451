/** A payload as it travels, for the documents; tests hold every one against its schema. */
export interface PayloadExample<Payload = unknown> {
  /** A short name, unique within its type and version. */
  readonly name: string;
  /** Where it is published. */
  readonly topic: string;
  /** What it tells, in a line. */
  readonly summary: string;
  readonly payload: Payload;
}

/** The site and line of the seed, which all examples are taken from. */
export const LINE = "tunis-01/line-a";
/** One start of a publisher, as all examples of version 2 carry it. */
export const BOOT = "019bac41-7c00-7000-8000-00000000a001";
