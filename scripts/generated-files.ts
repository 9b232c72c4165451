import { globSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { type Documents, staleDocuments, writeDocuments } from "../src/adapters/host/document-folder.ts";
import { AsOf } from "../src/api/as-of.ts";
import { apiReference } from "../src/api/reference.ts";
import { ROUTES } from "../src/api/routes.ts";
import { configurationPage } from "../src/config/configuration-page.ts";
import { contractDocuments } from "../src/contract/documents/contract-documents.ts";
import { accessPage } from "./access-page.ts";
import { dashboardAnswers } from "./dashboard-answers.ts";
import { errorsPage } from "./errors-page.ts";
import { metricsPage } from "./metrics-page.ts";
import { mqttPage } from "./mqtt-page.ts";

const CONTRACT_FOLDER = "docs/contract";

/** Files that are made from the sources and committed, so that they can be read without running anything. */
export interface GeneratedFiles {
  /** By path from the root of the checkout. */
  readonly documents: Documents;
  /** Folders in which every file is a generated one: what else lies there is left over from before. */
  readonly wholeFolders: readonly string[];
}

/** Everything that is generated: what `npm run generate` writes and `npm run check` compares. */
export async function generatedFiles(): Promise<GeneratedFiles> {
  const contract = Array.from(
    contractDocuments(),
    ([path, text]) => [`${CONTRACT_FOLDER}/${path}`, text] as const,
  );
  return {
    documents: new Map([
      ["docs/errors.md", errorsPage()],
      ["docs/access.md", accessPage()],
      ["docs/configuration.md", configurationPage()],
      ["docs/api.md", apiReference(ROUTES)],
      ["dashboard/src/api/answers.ts", dashboardAnswers(ROUTES, AsOf)],
      ["docs/metrics.md", await metricsPage()],
      ["docs/mqtt-conformance.md", mqttPage()],
      ...contract,
    ]),
    wholeFolders: [CONTRACT_FOLDER],
  };
}

/** The paths below `root` that are missing, different or left over. */
export async function staleFiles(root: string, generated: GeneratedFiles): Promise<string[]> {
  return [...(await staleDocuments(root, generated.documents)), ...leftOver(root, generated)];
}

/** Writes what is missing or different, removes what is left over, and returns their paths. */
export async function writeGenerated(root: string, generated: GeneratedFiles): Promise<string[]> {
  const written = await writeDocuments(root, generated.documents);
  const removed = leftOver(root, generated);
  for (const path of removed) rmSync(join(root, path));
  return [...written, ...removed];
}

function leftOver(root: string, { documents, wholeFolders }: GeneratedFiles): string[] {
  return wholeFolders
    .flatMap((folder) => globSync(`${folder}/**/*`, { cwd: root, withFileTypes: true }))
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split("\\").join("/"))
    .filter((path) => !documents.has(path));
}
