import { printed } from "../../adapters/pdf/printed-blocks.ts";
import { CompletenessReader } from "../../adapters/sqlite/log/completeness-reader.ts";
import { LogReader } from "../../adapters/sqlite/log/log-reader.ts";
import { QuarantineReader } from "../../adapters/sqlite/log/quarantine-reader.ts";
import type { UnsequencedCounts } from "../../adapters/sqlite/log/unsequenced-counts.ts";
import type { ApiContext } from "../../api/context.ts";

/** What questions over a data folder are answered from, but for its views. */
export type FolderContext = Pick<ApiContext, "log" | "quarantine" | "completeness" | "print">;

/**
 * Reads the log of a data folder, each part opened when it is first asked for.
 * @param parts closes what was opened
 * @param counts what questions before this one counted
 */
export function folderContext(
  folder: string,
  parts: DisposableStack,
  counts?: UnsequencedCounts,
): FolderContext {
  const once = <Reading extends { close(): void }>(open: () => Reading) => {
    let opened: Reading | undefined;
    return () => {
      opened ??= parts.adopt(open(), (each) => each.close());
      return opened;
    };
  };
  return {
    log: once(() => LogReader.open(folder)),
    quarantine: once(() => QuarantineReader.open(folder)),
    completeness: () => CompletenessReader.open(folder, counts),
    print: printed,
  };
}
