// TypeBox comes as 683 small files, and every process of ours loads all of them when it starts: a third of a second of
// CPU. Set-up puts each entry of the package into one file, in place; what they share is in chunks beside them.
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const BUILD = resolve(dirname(fileURLToPath(import.meta.url)), "../node_modules/typebox/build");

/** Bundles what package.json of the package exports; throws what the bundler says. */
export async function bundleTypebox() {
  const { build } = await import("esbuild");
  const entries = [".", ...readdirSync(BUILD)]
    .map((folder) => join(BUILD, folder, "index.mjs"))
    .filter((file) => existsSync(file));
  const bundled = mkdtempSync(join(BUILD, "bundled-"));
  try {
    await build({
      entryPoints: entries,
      outbase: BUILD,
      outdir: bundled,
      outExtension: { ".js": ".mjs" },
      chunkNames: "chunk-[hash]",
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      target: "node24",
      legalComments: "none",
      logLevel: "error",
    });
    cpSync(bundled, BUILD, { recursive: true });
  } finally {
    rmSync(bundled, { recursive: true, force: true });
  }
}
