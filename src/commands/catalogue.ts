import type { CatalogueEntry } from "./command.ts";

/**
 * Every verb, in the order of the help. The summary stands here as well as in the command's own file, so that
 * `conche --help` loads nothing; a test holds the two together.
 */
export const COMMANDS: readonly CatalogueEntry[] = [
  {
    name: "up",
    summary: "broker, data center and a simulated line in one",
    group: "Run",
    load: async () => (await import("./up.ts")).up,
  },
  {
    name: "datacenter",
    summary: "receive and store messages: embedded broker, or --broker for any other",
    group: "Run",
    load: async () => (await import("./datacenter.ts")).datacenter,
  },
  {
    name: "serve",
    summary: "views and API over a log that another process writes, or nobody",
    group: "Run",
    load: async () => (await import("./serve.ts")).serve,
  },
  {
    name: "edge",
    summary: "gateway: takes what machines say, keeps it on disk, forwards it to another broker",
    group: "Run",
    load: async () => (await import("./edge.ts")).edge,
  },
  {
    name: "bridge",
    summary: "store and forward from a local broker to another one, until the data center confirms",
    group: "Run",
    load: async () => (await import("./bridge.ts")).bridge,
  },
  {
    name: "simulate",
    summary: "the simulated line alone: to any broker, or a history straight into a log",
    group: "Run",
    load: async () => (await import("./simulate.ts")).simulate,
  },
  {
    name: "load",
    summary: "a load generator for any broker: rate, acknowledgement latency, errors",
    group: "Run",
    load: async () => (await import("./load.ts")).load,
  },
  {
    name: "scenario",
    summary: "what can go wrong on a simulated line, and what is to be found of it: list, show, check",
    group: "Run",
    load: async () => (await import("./groups.ts")).scenario(),
  },
  {
    name: "now",
    summary: "the plant at a glance: machines, states, batches, alarms, completeness",
    group: "Look",
    load: async () => (await import("./now.ts")).now,
  },
  {
    name: "oee",
    summary: "OEE with its losses, and why lines or a machine stood, by whom",
    group: "Look",
    load: async () => (await import("./oee.ts")).oee,
  },
  {
    name: "log",
    summary: "look into the log: tail, query, export",
    group: "Look",
    load: async () => (await import("./groups.ts")).log(),
  },
  {
    name: "tags",
    summary: "what a machine measures now: values with unit, limits, quality and age",
    group: "Look",
    load: async () => (await import("./tags.ts")).tags,
  },
  {
    name: "trend",
    summary: "the course of a tag as a chart in the terminal, with its limits and gaps",
    group: "Look",
    load: async () => (await import("./trend.ts")).trend,
  },
  {
    name: "quarantine",
    summary: "messages that were kept aside, and why: list, show, replay, correct, dismiss",
    group: "Look",
    load: async () => (await import("./groups.ts")).quarantine(),
  },
  {
    name: "report",
    summary: "reports over the log: completeness, plausibility",
    group: "Look",
    load: async () => (await import("./groups.ts")).report(),
  },
  {
    name: "alarms",
    summary: "what needs somebody now, and how the alarm system does: list, history, show, performance",
    group: "Look",
    load: async () => (await import("./groups.ts")).alarms(),
  },
  {
    name: "spc",
    summary: "is it in control, capable, lawful: list, chart, capability, content, nozzles",
    group: "Look",
    load: async () => (await import("./groups.ts")).spc(),
  },
  {
    name: "trace",
    summary: "what a lot, pallet, batch or pack was made of, and what was made of it",
    group: "Look",
    load: async () => (await import("./trace.ts")).trace,
  },
  {
    name: "recall",
    summary: "what must come back, what be held, what is clear: by lot, pack code, or machine and time",
    group: "Look",
    load: async () => (await import("./recall.ts")).recall,
  },
  {
    name: "batch",
    summary: "the electronic record of a batch, sealed: record, verify",
    group: "Look",
    load: async () => (await import("./groups.ts")).batch(),
  },
  {
    name: "ask",
    summary: "the questions that a quality manager is asked: list them, or answer one",
    group: "Look",
    load: async () => (await import("./ask.ts")).ask,
  },
  {
    name: "eudr",
    summary: "due diligence of the cocoa in a lot, pallet, batch or shipment, with plots as GeoJSON",
    group: "Look",
    load: async () => (await import("./eudr.ts")).eudr,
  },
  {
    name: "epcis",
    summary: "events as an EPCIS 2.0 document: of a lot, pallet or batch, or of a span of time",
    group: "Look",
    load: async () => (await import("./epcis.ts")).epcis,
  },
  {
    name: "check",
    summary: "say what a data center would make of a message, before it is published",
    group: "Look",
    load: async () => (await import("./check.ts")).check,
  },
  {
    name: "views",
    summary: "what is derived from the log, and how far each view has come",
    group: "Look",
    load: async () => (await import("./views.ts")).views,
  },
  {
    name: "verify",
    summary: "recompute from a log, or an outbox, whether every message is accounted for",
    group: "Look",
    load: async () => (await import("./verify.ts")).verify,
  },
  {
    name: "audit",
    summary: "who was refused what, and what was decided: list, verify",
    group: "Look",
    load: async () => (await import("./audit.ts")).audit,
  },
  {
    name: "notify",
    summary: "notifications: test",
    group: "Care",
    load: async () => (await import("./groups.ts")).notify(),
  },
  {
    name: "backup",
    summary: "copy the log to another place while it is being written",
    group: "Care",
    load: async () => (await import("./backup.ts")).backup,
  },
  {
    name: "rebuild",
    summary: "derive views anew from the log, while the old ones answer",
    group: "Care",
    load: async () => (await import("./rebuild.ts")).rebuild,
  },
  {
    name: "contract",
    summary: "write the contract: JSON Schemas, AsyncAPI document, reference page",
    group: "Care",
    load: async () => (await import("./contract.ts")).contract,
  },
  {
    name: "bridge-config",
    summary: "mosquitto.conf for Mosquitto's own bridge, with the settings that lose the least",
    group: "Care",
    load: async () => (await import("./bridge-config.ts")).bridgeConfig,
  },
  {
    name: "access",
    summary: "who may do what: show the rules, render them for Mosquitto and EMQX",
    group: "Care",
    load: async () => (await import("./access.ts")).access,
  },
  {
    name: "passwd",
    summary: "add a user to a password file of the embedded broker, or change the password",
    group: "Care",
    load: async () => (await import("./passwd.ts")).passwd,
  },
  {
    name: "provision",
    summary: "certificates for every machine, server and desk: make, rotate, revoke, list, expiring, crl",
    group: "Care",
    load: async () => (await import("./provision.ts")).provision,
  },
  {
    name: "doctor",
    summary: "check versions, plant, data folder, disk, database, ports, clock and broker",
    group: "Care",
    load: async () => (await import("./doctor.ts")).doctor,
  },
];
