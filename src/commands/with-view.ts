import { ViewsReader } from "../adapters/sqlite/views/views-reader.ts";
import type { View } from "../views/view.ts";
import type { ViewReading } from "../views/view-table.ts";

/**
 * Reads a view of a data folder as it stands, beside whoever folds it.
 * @throws ConcheError CONCHE_VIEW_NOT_READY where nobody has folded it yet, and others that opening gives
 */
export async function withView<Result>(
  folder: string,
  view: View,
  work: (reading: ViewReading) => Result | Promise<Result>,
): Promise<Result> {
  const reader = new ViewsReader(folder);
  try {
    reader.refresh();
    return await work(reader.reading(view));
  } finally {
    reader.close();
  }
}
