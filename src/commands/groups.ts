import type { CommandGroup } from "./command.ts";

// The verbs that have verbs of their own. Their files are loaded with the group, and none of another group.

/** `conche scenario` */
export async function scenario(): Promise<CommandGroup> {
  return {
    name: "scenario",
    summary: "what can go wrong on a simulated line, and what is to be found of it: list, show, check",
    description:
      "Scenarios say what goes wrong on a simulated line, and what a good monitoring system finds of it. They are small\n" +
      "YAML files: those of the package by name, your own by path.",
    examples: [
      ["conche scenario list", "what there is"],
      ["conche scenario show milk-lot-contaminated", "what happens, and what is to be found"],
      ["conche scenario check nozzle-clogging", "let it happen, and look for what is to be found"],
    ],
    commands: [
      (await import("./scenario/list.ts")).list,
      (await import("./scenario/show.ts")).show,
      (await import("./scenario/check.ts")).check,
    ],
  };
}

/** `conche log` */
export async function log(): Promise<CommandGroup> {
  return {
    name: "log",
    summary: "look into the log: tail, query, export",
    description:
      "Looks into the log of a data folder, beside a running data center or without one. Changes nothing.",
    examples: [
      ["conche log tail --follow", "what is being stored"],
      ["conche log query --type alarm --since 24h", "the alarms of the last day"],
      ["conche log export --output log.csv", "everything as CSV"],
    ],
    commands: [
      (await import("./log/tail.ts")).tail,
      (await import("./log/query.ts")).query,
      (await import("./log/export.ts")).exportLog,
    ],
  };
}

/** `conche quarantine` */
export async function quarantine(): Promise<CommandGroup> {
  return {
    name: "quarantine",
    summary: "messages that were kept aside, and why: list, show, replay, correct, dismiss",
    description:
      "Looks at the messages that could not be stored as ones of the namespace. They are kept byte by byte and were\n" +
      "acknowledged. Each can be put through again after schema or plant was corrected, be corrected itself, or be\n" +
      "dismissed; whatever is decided, the original stays.",
    examples: [
      ["conche quarantine list", "what is open"],
      ["conche quarantine show 17", "one of them, with its bytes"],
      ["conche quarantine replay", "put them through again, after a correction of schema or plant"],
      ['conche quarantine correct 17 copy.json --by "Amel" --why "decimal comma"', "store a corrected copy"],
      [
        'conche quarantine dismiss --reason json --by "Amel" --why "a test"',
        "nothing to be done about these",
      ],
    ],
    commands: [
      (await import("./quarantine/list.ts")).list,
      (await import("./quarantine/show.ts")).show,
      (await import("./quarantine/replay.ts")).replay,
      (await import("./quarantine/correct.ts")).correct,
      (await import("./quarantine/dismiss.ts")).dismiss,
    ],
  };
}

/** `conche report` */
export async function report(): Promise<CommandGroup> {
  return {
    name: "report",
    summary: "reports over the log: completeness, plausibility",
    description:
      "Draws up reports over the log of a data folder, beside a running data center or on a backup.",
    examples: [
      ["conche report completeness", "who said how much, and what of it is missing"],
      ["conche report plausibility", "what doesn't fit the plant or the clock"],
    ],
    commands: [
      (await import("./report/completeness.ts")).completeness,
      (await import("./report/plausibility.ts")).plausibility,
    ],
  };
}

/** `conche alarms` */
export async function alarms(): Promise<CommandGroup> {
  return {
    name: "alarms",
    summary: "what needs somebody now, and how the alarm system does: list, history, show, performance",
    description:
      "Looks at alarms as ISA-18.2 sees them, and acts on them by messages of a desk. Works beside the process that keeps\n" +
      "the views of the data folder.",
    examples: [
      ["conche alarms list", "what needs somebody"],
      ["conche alarms history --since 8h", "the shift"],
      ["conche alarms performance --since 7d", "a week against ISA-18.2"],
      ["conche alarms ack temper-01 temp_c.high --by a.trabelsi", "somebody has seen it"],
    ],
    commands: [
      (await import("./alarms/list.ts")).list,
      (await import("./alarms/history.ts")).history,
      (await import("./alarms/show.ts")).show,
      (await import("./alarms/performance.ts")).performance,
      (await import("./alarms/ack.ts")).ack,
      (await import("./alarms/comment.ts")).comment,
      (await import("./alarms/shelve.ts")).shelve,
      (await import("./alarms/shelve.ts")).unshelve,
    ],
  };
}

/** `conche spc` */
export async function spc(): Promise<CommandGroup> {
  return {
    name: "spc",
    summary: "is it in control, capable, lawful: list, chart, capability, content, nozzles",
    description:
      "Statistical process control over the results of examining the product. Works beside the process that keeps the views\n" +
      "of the data folder.",
    examples: [
      ["conche spc chart packer-03 weight_g", "a control chart in the terminal"],
      ["conche spc capability", "Cpk and Ppk with their intervals"],
      ["conche spc content --since 7d", "net content of a week's batches"],
    ],
    commands: [
      (await import("./spc/list.ts")).list,
      (await import("./spc/chart.ts")).chart,
      (await import("./spc/capability.ts")).capability,
      (await import("./spc/content.ts")).content,
      (await import("./spc/nozzles.ts")).nozzles,
    ],
  };
}

/** `conche holds` */
export async function holds(): Promise<CommandGroup> {
  return {
    name: "holds",
    summary: "goods on hold: list, put, release",
    description:
      "Looks at goods that may not be used, moved on or shipped, puts goods on hold and decides over them, by messages of a\n" +
      "desk. Works beside the process that keeps the views of the data folder.",
    examples: [
      ["conche holds list", "what is on hold, and why"],
      ["conche holds put line-a --lots L1 --why 'metal found' --by q.ben-ali", "a lot is on hold"],
      ["conche holds release CM-2026-0007 --why 'screened again' --by q.ben-ali", "it may go on"],
    ],
    commands: [
      (await import("./holds/list.ts")).list,
      (await import("./holds/put.ts")).put,
      (await import("./holds/release.ts")).release,
    ],
  };
}

/** `conche batch` */
export async function batch(): Promise<CommandGroup> {
  return {
    name: "batch",
    summary: "the electronic record of a batch, sealed: record, verify",
    description:
      "Draws up the record of a batch from the log and the genealogy, and checks its seal against the log.",
    examples: [
      ["conche batch record B20260111-DA-0042 --format html --output record.html", "a record to sign"],
      ["conche batch verify B20260111-DA-0042 --record record.html", "is it still what the log says?"],
    ],
    commands: [(await import("./batch/record.ts")).record, (await import("./batch/verify.ts")).verify],
  };
}

/** `conche notify` */
export async function notify(): Promise<CommandGroup> {
  return {
    name: "notify",
    summary: "notifications: test",
    description:
      "Who is told of alarms, missing data and a data center that is not ready stands in the file that --notify names\n" +
      "(docs/notifications.md). What became of each message: /api/notifications, and the dashboard's page Data.",
    examples: [["conche notify test --notify notify.yaml", "a test message to every channel"]],
    commands: [(await import("./notify/test.ts")).test],
  };
}
