// The dependency rule (ARCHITECTURE.md), as `npm run check` runs it:
//
//   contract <- plant <- simulator | edge | load | ingest | access | views <- monitor | trace <- api <- adapters <- commands <- main
//
// test/architecture/dependency-rule.test.ts plants a violation of every rule below and sees it reported.

/** Domain folders that stand side by side and know nothing of one another. */
const SIDE_BY_SIDE = ["simulator", "edge", "load", "ingest", "access", "views"];
/** What the views fold and answer: side by side, too, one floor up. */
const VIEW_CORES = ["monitor", "trace"];
const DOMAIN = [...SIDE_BY_SIDE, ...VIEW_CORES, "api"];

/**
 * What each folder of src/ may import from src/, beside itself; a folder that isn't listed isn't allowed. The
 * configuration reads its own file, hence the one adapter there.
 */
const MAY_IMPORT = {
  errors: [],
  contract: ["errors"],
  plant: ["errors", "contract"],
  ...Object.fromEntries(SIDE_BY_SIDE.map((folder) => [folder, ["errors", "contract", "plant"]])),
  ...Object.fromEntries(VIEW_CORES.map((folder) => [folder, ["errors", "contract", "plant", "views"]])),
  api: ["errors", "contract", "plant", ...SIDE_BY_SIDE, ...VIEW_CORES],
  config: ["errors", "contract", "plant", "adapters/yaml"],
  adapters: ["errors", "contract", "plant", ...DOMAIN],
  commands: ["errors", "contract", "plant", ...DOMAIN, "config", "adapters"],
};

/** The product's own machines speak through the library, by the door that everybody uses. */
const DOORS = { commands: ["^src/index[.]ts$"] };

/** No I/O, no clock, no randomness of their own: nothing that Node brings. */
const PURE = ["contract", "plant", "simulator", "load", "views", "monitor", "trace", "access"];

/** The only places that may import each library, types included. A library that isn't listed isn't allowed. */
const LIBRARY_PLACES = {
  aedes: ["src/adapters/aedes/"],
  ajv: ["src/contract/", "src/plant/", "src/config/"],
  "cli-table3": ["src/adapters/terminal/"],
  commander: ["src/commands/", "src/main[.]ts$"],
  "csv-stringify": ["src/adapters/terminal/"],
  fastify: ["src/adapters/http/"],
  mqtt: ["src/adapters/mqtt/"],
  "mqtt-packet": ["src/adapters/mqtt-packet/"],
  "prom-client": ["src/adapters/prometheus/"],
  typebox: ["src/contract/", "src/plant/", "src/config/", "src/api/"],
  ws: ["src/adapters/aedes/"],
  yaml: ["src/adapters/yaml/"],
};

const anyOf = (names) => `(${names.join("|")})`;
/** A library as it is resolved, as its @types package, or by its bare name where it isn't installed. */
const library = (names) => `(^|/)node_modules/(@types/)?${anyOf(names)}/|^${anyOf(names)}(/|$)`;
const error = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

const folderRules = Object.entries(MAY_IMPORT).map(([folder, allowed]) =>
  error(
    `${folder}-imports`,
    `src/${folder} imports ${allowed.length === 0 ? "nothing else of src" : `only ${allowed.join(", ")}`}`,
    { path: `^src/${folder}/` },
    { path: "^src/", pathNot: [`^src/${anyOf([folder, ...allowed])}/`, ...(DOORS[folder] ?? [])] },
  ),
);

const libraryRules = Object.entries(LIBRARY_PLACES).map(([name, places]) =>
  error(
    `library-${name}`,
    `${name} is imported only in ${places.join(", ")}`,
    { path: "^src/", pathNot: places.map((place) => `^${place}`) },
    { path: library([name]) },
  ),
);

module.exports = {
  forbidden: [
    ...folderRules,
    error(
      "adapters-apart",
      "an adapter knows nothing of another one",
      { path: "^src/adapters/([^/]+)/" },
      { path: "^src/adapters/", pathNot: "^src/adapters/$1/" },
    ),
    error(
      "adapter-folder",
      "an adapter is a folder of its own, named for its technology",
      { path: "^src/adapters/[^/]+$" },
      { path: ".*" },
    ),
    error(
      "folder-unknown",
      "a new folder of src/ gets its place in MAY_IMPORT first",
      { path: "^src/", pathNot: [`^src/${anyOf(Object.keys(MAY_IMPORT))}/`, "^src/(main|index)[.]ts$"] },
      { path: ".*" },
    ),
    error(
      "pure-folders",
      "a pure folder uses nothing of Node",
      { path: `^src/${anyOf(PURE)}/` },
      { dependencyTypes: ["core"] },
    ),
    ...libraryRules,
    error(
      "library-node-sqlite",
      "node:sqlite is imported only in src/adapters/sqlite/",
      { path: "^src/", pathNot: "^src/adapters/sqlite/" },
      { path: "^(node:)?sqlite$" },
    ),
    error(
      "library-unlisted",
      "a new library gets its place in LIBRARY_PLACES first",
      { path: "^src/" },
      { path: "(^|/)node_modules/", pathNot: library(Object.keys(LIBRARY_PLACES)) },
    ),
    error(
      "product-alone",
      "the product doesn't import its tests, benchmarks or scripts",
      { path: "^src/" },
      { path: "^(test|bench|scripts)/" },
    ),
    error("no-cycles", "no import cycles, type imports included", {}, { circular: true }),
    error("no-unresolved", "every import leads somewhere", {}, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    builtInModules: { add: ["node:sqlite", "node:test"] },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      mainFields: ["module", "main", "types"],
    },
  },
};
