import { type Static, Type } from "typebox";
import { access } from "./access-slice.ts";
import { certificates } from "./certificates-slice.ts";
import { broker, mqtt, quarantine, simulation, story } from "./config-slices.ts";
import { cloud, forwarding, local } from "./forwarding-slices.ts";
import { http } from "./http-slice.ts";
import { oidc } from "./oidc-slice.ts";
import { choice, optionalPath, optionalPositive, path, switchedOn } from "./setting.ts";
import { signing } from "./signing-slice.ts";
import { secure } from "./tls-slice.ts";
import { views } from "./views-slice.ts";

const YEAR_SECONDS = 31_536_000;

/**
 * Everything that can be set. Types, defaults, checks, flags, environment twins, the help texts and
 * docs/configuration.md all come from here. Commands take the slices they need and offer those flags.
 */
export const ConfigSchema = Type.Object({
  data: path({ name: "data", argument: "DIR", help: "folder of the log (datacenter_messages.db)" }, "data"),
  plant: path(
    {
      name: "plant",
      argument: "FILE",
      help: "plant model: sites, lines, steps, machines, tags, recipes",
      defaultText: "the packaged plants/chocolate.yaml",
      packaged: true,
    },
    "plants/chocolate.yaml",
  ),
  outbox: optionalPath({
    name: "outbox",
    argument: "DIR",
    help: "folder of what no receipt covers yet, on a local disk; one process at a time",
    defaultText: "`outbox`; in --data with `up`, a temporary folder with `simulate`",
  }),
  secure,
  forSeconds: optionalPositive(
    {
      name: "for",
      argument: "SECONDS",
      help: "run so long, then drain and exit 0",
      defaultText: "until Ctrl-C",
    },
    YEAR_SECONDS,
  ),
  quiet: switchedOn({ name: "quiet", help: "show only start, stop and errors" }),
  messages: choice(
    {
      name: "messages",
      argument: "WHEN",
      help: "a line per message: auto (only on a terminal, without --json), always or never",
    },
    ["auto", "always", "never"],
    "auto",
  ),
  mqtt,
  access,
  quarantine,
  http,
  oidc,
  views,
  notify: optionalPath({
    name: "notify",
    argument: "FILE",
    help: "who is told of alarms, missing data and a data center that is not ready (docs/notifications.md)",
    defaultText: "nobody",
  }),
  simulation,
  story,
  broker,
  forwarding,
  local,
  cloud,
  certificates,
  signing,
  json: switchedOn({ name: "json", help: "write JSON Lines for programs, without colours" }),
  debug: switchedOn({ name: "debug", help: "show the stack and the causes of an error" }),
  configFile: optionalPath({
    name: "config",
    argument: "FILE",
    help: "configuration file (YAML)",
    defaultText: "conche.yaml of the working folder, if there is one",
    notInFile: true,
  }),
});

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/** The configuration of one run: checked, complete, frozen. Paths are absolute. */
export type Config = DeepReadonly<Static<typeof ConfigSchema>>;

/** A part of the configuration that a command can ask for. */
export type ConfigSlice = keyof Config;

/** What every command takes. */
export const GLOBAL_SLICES = ["json", "debug", "configFile"] as const satisfies readonly ConfigSlice[];
