/** One row of the catalogue: what the code means and what its reader can do. */
export interface ErrorEntry {
  /** The situation, in a line. */
  readonly meaning: string;
  /** What to do, when the place that raises the error has nothing more exact to say. */
  readonly hint: string;
}
