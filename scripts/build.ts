// `npm run build`: the sources as JavaScript in dist/, which is what a package carries. Node strips types from its
// own checkout's files but from nothing below node_modules.
import { spawnSync } from "node:child_process";
import { cpSync, globSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { buildDashboard } from "./build-dashboard.mjs";
import { ROOT, tool } from "./tool.ts";

const SOURCE = join(ROOT, "src");
const BUILT = join(ROOT, "dist");

/**
 * Emits what the project file says: JavaScript with the imports' extensions rewritten, or the types of the library
 * with their comments. False where the sources don't type-check.
 */
function emit(project: string): boolean {
  const args = [tool("typescript", "tsc"), "--project", project];
  return spawnSync(process.execPath, args, { cwd: ROOT, stdio: "inherit" }).status === 0;
}

/** What lies beside the code and is read at run time (SQL, for example) is part of it. */
function copyOtherFiles(): void {
  for (const entry of globSync("**/*", { cwd: SOURCE, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith(".ts")) continue;
    const path = join(entry.parentPath, entry.name);
    cpSync(path, join(BUILT, relative(SOURCE, path)));
  }
}

rmSync(BUILT, { recursive: true, force: true });
if (emit("tsconfig.build.json") && emit("tsconfig.types.json")) {
  copyOtherFiles();
  await buildDashboard();
} else process.exitCode = 1;
