// The dependency rule (ARCHITECTURE.md), as `npm run check` runs it:
//
//   errors, time, sequence <- contract <- plant | mqtt | log <- access <- simulator | edge | load | broker | ingest | views | notify
//     <- monitor | trace <- api <- adapters <- run <- commands <- main
//
// test/architecture/dependency-rule.test.ts plants a violation of every rule below and sees it reported.

/** What every folder may use: errors with codes, time that is passed in, ranges of numbers. */
const GROUND = ["errors", "time", "sequence"];
/** The terms that several domain folders share. */
const TERMS = ["plant", "mqtt", "log"];
/** Domain folders that stand side by side and know nothing of one another. */
const SIDE_BY_SIDE = ["simulator", "edge", "load", "broker", "ingest", "views", "notify"];
/** What the views fold and answer: side by side, too, one floor up. */
const VIEW_CORES = ["monitor", "trace"];

const BELOW_DOMAIN = [...GROUND, "contract", ...TERMS, "access"];
const DOMAIN = [...SIDE_BY_SIDE, ...VIEW_CORES, "api"];
const sideBySide = (folders, allowed) => Object.fromEntries(folders.map((folder) => [folder, allowed]));

/**
 * What each folder of src/ may import from src/, beside itself; a folder that isn't listed isn't allowed. The
 * configuration reads its own file, hence the one adapter there.
 */
const MAY_IMPORT = {
  errors: [],
  time: [],
  sequence: [],
  contract: GROUND,
  ...sideBySide(TERMS, [...GROUND, "contract"]),
  access: [...GROUND, "contract", "plant", "mqtt"],
  ...sideBySide(SIDE_BY_SIDE, BELOW_DOMAIN),
  ...sideBySide(VIEW_CORES, [...BELOW_DOMAIN, "views"]),
  api: [...BELOW_DOMAIN, ...SIDE_BY_SIDE, ...VIEW_CORES],
  config: [...BELOW_DOMAIN, "adapters/yaml"],
  adapters: [...BELOW_DOMAIN, ...DOMAIN],
  run: [...BELOW_DOMAIN, ...DOMAIN, "config", "adapters"],
  commands: [...BELOW_DOMAIN, ...DOMAIN, "config", "adapters", "run"],
};

/** The rooms of an adapter that has several, and what each may import of the others. */
const ADAPTER_ROOMS = {
  sqlite: {
    database: [],
    log: ["database"],
    outbox: ["database"],
    views: ["database", "log"],
    notify: ["database"],
    audit: ["database"],
    tokens: ["database"],
    verify: ["database", "log", "outbox", "views"],
  },
};

/** The product's own machines speak through the library, by the door that everybody uses. */
const DOORS = { run: ["^src/index[.]ts$"] };

/** No I/O, no clock, no randomness of their own: nothing that Node brings. */
const PURE = [
  "sequence",
  "contract",
  "plant",
  "mqtt",
  "log",
  "access",
  "simulator",
  "load",
  "broker",
  "views",
  "notify",
  "monitor",
  "trace",
];

/** The only places that may import each library, types included. A library that isn't listed isn't allowed. */
const LIBRARY_PLACES = {
  "@peculiar/asn1-schema": ["src/adapters/x509/"],
  "@peculiar/asn1-x509": ["src/adapters/x509/"],
  ajv: ["src/contract/", "src/plant/", "src/config/"],
  commander: ["src/commands/", "src/main[.]ts$"],
  "csv-stringify": ["src/adapters/terminal/"],
  fastify: ["src/adapters/http/"],
  mqtt: ["src/adapters/mqtt/"],
  nodemailer: ["src/adapters/nodemailer/"],
  "openid-client": ["src/adapters/openid-client/"],
  "prom-client": ["src/adapters/prometheus/"],
  typebox: ["src/access/", "src/contract/", "src/plant/", "src/config/", "src/notify/", "src/api/"],
  ws: ["src/adapters/broker/"],
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

const roomRules = Object.entries(ADAPTER_ROOMS).flatMap(([adapter, rooms]) =>
  Object.entries(rooms).map(([room, allowed]) =>
    error(
      `${adapter}-${room}`,
      `src/adapters/${adapter}/${room} imports ${allowed.length === 0 ? "no other room" : `only ${allowed.join(", ")}`}`,
      { path: `^src/adapters/${adapter}/${room}/` },
      {
        path: `^src/adapters/${adapter}/`,
        pathNot: `^src/adapters/${adapter}/${anyOf([room, ...allowed])}/`,
      },
    ),
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
    error(
      "pure-clock",
      "a pure folder is given its clock",
      { path: `^src/${anyOf(PURE)}/` },
      { path: "^src/time/system-clock[.]ts$" },
    ),
    ...roomRules,
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
    error(
      "dashboard-alone",
      "the dashboard knows the product by its API only",
      { path: "^dashboard/" },
      { path: "^(src|scripts|test|bench)/" },
    ),
    error(
      "dashboard-libraries",
      "a page loads preact and its signals, nothing else",
      { path: "^dashboard/" },
      { path: "(^|/)node_modules/", pathNot: library(["preact", "@preact/signals", "@preact/signals-core"]) },
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
