/** A point of a measurement over time. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A straight line through points: how much y grows with x, and by how much that may be off (two standard errors). */
export interface Slope {
  readonly value: number;
  readonly uncertainty: number;
}

/** Least squares. With fewer than three points nothing can be said. */
export function slopeOf(points: readonly Point[]): Slope {
  const count = points.length;
  if (count < 3) return { value: Number.NaN, uncertainty: Number.NaN };
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / count;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / count;
  const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  const value = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const errors = points.reduce((sum, { x, y }) => sum + (y - meanY - value * (x - meanX)) ** 2, 0);
  return { value, uncertainty: 2 * Math.sqrt(errors / (count - 2) / spread) };
}
