/** A range of sequence numbers, both ends included. */
export type SeqRange = readonly [from: number, to: number];
