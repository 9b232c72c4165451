// Builds the dashboard into dashboard/dist: a small entry, what several pages need, and a script for each page that is
// loaded when it is opened. Plain JavaScript, because set-up runs it on whatever Node the machine has.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(fileURLToPath(import.meta.url), "..", "..");
const FOLDER = join(ROOT, "dashboard");
const BUILT = join(FOLDER, "dist");
/** As dashboard/src/main.tsx has it. */
const FIRST_PAGE = "line";

/** Whether anything that the dashboard is made of is newer than what was built. */
export function isStale() {
  const built = modifiedAt(join(BUILT, "index.html"));
  const sources = ["dashboard", "src/api", "src/contract", "package.json", "scripts/build-dashboard.mjs"].map(
    (path) => join(ROOT, path),
  );
  return built === 0 || newest(sources) > built;
}

function newest(paths) {
  let latest = 0;
  for (const path of paths) {
    const entries = statSync(path, { throwIfNoEntry: false })?.isDirectory()
      ? readdirSync(path)
          .filter((name) => name !== "dist")
          .map((name) => join(path, name))
      : undefined;
    latest = Math.max(latest, entries === undefined ? modifiedAt(path) : newest(entries));
  }
  return latest;
}

function modifiedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

const OPTIONS = {
  absWorkingDir: ROOT,
  entryPoints: [
    { in: join(FOLDER, "src/main.tsx"), out: "main" },
    { in: join(FOLDER, "src/style/main.css"), out: "main" },
  ],
  outdir: join(BUILT, "assets"),
  chunkNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2023", "chrome125", "firefox126", "safari17.5"],
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: true,
  metafile: true,
  sourcemap: false,
  legalComments: "none",
  logLevel: "error",
};
/** The scripts that are entered by themselves: the first one, and a page of each. */
const ENTRIES = /(^|\/)dashboard\/src\/(main|pages\/[\w-]+)\.tsx$/;

/** The modules that more than one entry needs. */
function sharedModules({ inputs }) {
  const needed = new Map();
  const walk = (path, entry) => {
    const by = needed.get(path) ?? new Set();
    if (by.has(entry)) return;
    needed.set(path, by.add(entry));
    for (const { path: other, kind } of inputs[path]?.imports ?? [])
      if (kind === "import-statement") walk(other, entry);
  };
  for (const path of Object.keys(inputs)) if (ENTRIES.test(path)) walk(path, path);
  return [...needed].filter(([path, by]) => by.size > 1 && path in inputs).map(([path]) => path);
}

/**
 * Puts what several entries need into one file: every entry imports all of it. The bundler makes a file of its own for
 * each set of pages that share something, 16 of them for the first page; one of all is 2 kB more and 15 journeys less.
 */
function together(modules) {
  return {
    name: "together",
    setup(build) {
      const contents = modules.map((path) => `import ${JSON.stringify(join(ROOT, path))};`).join("\n");
      build.onResolve({ filter: /^shared-by-pages$/ }, () => ({ path: "all", namespace: "shared" }));
      build.onLoad({ filter: /^all$/, namespace: "shared" }, () => ({ contents, resolveDir: ROOT }));
      build.onLoad({ filter: /\.tsx$/ }, ({ path }) =>
        ENTRIES.test(path.split(sep).join("/"))
          ? { contents: `${readFileSync(path, "utf8")}\nimport "shared-by-pages";\n`, loader: "tsx" }
          : undefined,
      );
    },
  };
}

/** Builds; throws what the bundler says where the sources don't fit together. */
export async function buildDashboard() {
  const { build } = await import("esbuild");
  rmSync(BUILT, { recursive: true, force: true });
  mkdirSync(join(BUILT, "assets"), { recursive: true });
  const { metafile: plain } = await build({ ...OPTIONS, write: false });
  const { metafile } = await build({ ...OPTIONS, plugins: [together(sharedModules(plain))] });
  cpSync(join(FOLDER, "icon.svg"), join(BUILT, "assets", "icon.svg"));
  writeFileSync(join(BUILT, "preload.json"), JSON.stringify(preloads(metafile)));
  // Last: its time says that all of it is there.
  writeFileSync(
    join(BUILT, "index.html"),
    withPreloads(readFileSync(join(FOLDER, "index.html"), "utf8"), metafile),
  );
}

/** The page asks for what its script imports together with the script, not after having read it. */
function withPreloads(page, { outputs }) {
  const script = Object.keys(outputs).find((path) => path.endsWith("/main.js"));
  const links = [...imported(outputs, script)].map(
    (path) => `    <link rel="modulepreload" href="/assets/${basename(path)}">\n`,
  );
  return page.replace(/^.*<script type="module"/m, (line) => links.join("") + line);
}

/** By the first level of a path, "" where there is none: the scripts that a page needs beside the entry and its imports. */
function preloads({ outputs }) {
  const own = (path) => [path, ...imported(outputs, path)].map((each) => `/assets/${basename(each)}`);
  const entry = Object.keys(outputs).find((path) => path.endsWith("/main.js"));
  const known = new Set(own(entry));
  const pages = Object.entries(outputs).flatMap(([path, { entryPoint = "" }]) => {
    const [, name] = /^dashboard\/src\/pages\/([\w-]+)\.tsx$/.exec(entryPoint) ?? [];
    return name === undefined ? [] : [[name, own(path).filter((each) => !known.has(each))]];
  });
  const byName = Object.fromEntries(pages);
  return { ...byName, "": byName[FIRST_PAGE] };
}

/** What an output imports before its first line runs, and what that imports. */
function imported(outputs, path, seen = new Set()) {
  for (const { path: other, kind } of outputs[path]?.imports ?? []) {
    if (kind !== "import-statement" || seen.has(other)) continue;
    seen.add(other);
    imported(outputs, other, seen);
  }
  return seen;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildDashboard();
