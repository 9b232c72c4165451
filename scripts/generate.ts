// `npm run generate`: writes the files that are made from the sources. With --check it only compares, and fails
// where they differ: what `npm run check` does.
import { generatedFiles, staleFiles, writeGenerated } from "./generated-files.ts";
import { ROOT } from "./tool.ts";

const generated = generatedFiles();
if (process.argv.includes("--check")) {
  const stale = staleFiles(ROOT, generated);
  for (const { path, what } of stale) console.error(`${path} is ${what}`);
  if (stale.length > 0) {
    console.error("run `npm run generate` and commit the result");
    process.exitCode = 1;
  }
} else {
  const written = writeGenerated(ROOT, generated);
  for (const { path, what } of written) console.log(`${what === "left over" ? "removed" : "wrote"} ${path}`);
  console.log(`${generated.texts.size} generated files, ${written.length} of them changed`);
}
