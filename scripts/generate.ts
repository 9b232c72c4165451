// `npm run generate`: writes the files that are made from the sources. With --check it only compares, and fails
// where they differ: what `npm run check` does.
import { generatedFiles, staleFiles, writeGenerated } from "./generated-files.ts";
import { ROOT } from "./tool.ts";

const generated = await generatedFiles();
if (process.argv.includes("--check")) {
  const stale = await staleFiles(ROOT, generated);
  if (stale.length > 0) {
    console.error(
      `not what the sources give: ${stale.join(", ")}\nrun \`npm run generate\` and commit the result`,
    );
    process.exitCode = 1;
  }
} else {
  const changed = await writeGenerated(ROOT, generated);
  console.log(
    `${generated.documents.size} generated files, ${changed.length} changed ${changed.join(", ")}`.trim(),
  );
}
