import { type BatchRecord, nameOf } from "./batch-record.ts";
import type { ProcedureStep } from "./record-tally.ts";
import type { TagCourse } from "./tag-course.ts";

/** A part of the record as it is set, in HTML and in the terminal alike. */
export type Block =
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "text"; readonly text: string; readonly strong?: true }
  | { readonly kind: "facts"; readonly facts: readonly (readonly [name: string, value: string])[] }
  | {
      readonly kind: "table";
      readonly columns: readonly { readonly title: string; readonly width: number; readonly right?: true }[];
      readonly rows: readonly (readonly string[])[];
    }
  | { readonly kind: "chart"; readonly course: TagCourse }
  /** Who signs, and what they may tick: each decision beside a box. */
  | { readonly kind: "signature"; readonly decisions?: readonly string[]; readonly roles: readonly string[] };

const time = (ms: number | null) =>
  ms === null ? "-" : `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
const number = (value: number | null, digits = 2) =>
  value === null ? "-" : Number(value.toFixed(digits)).toString();
const limits = (lower: number | null, upper: number | null): string => {
  if (lower === null) return upper === null ? "-" : `at most ${number(upper)}`;
  return upper === null ? `at least ${number(lower)}` : `${number(lower)} to ${number(upper)}`;
};
/** A phase that nobody ended doesn't run on once the batch has ended. */
const stateOf = ({ state, toMs }: ProcedureStep, endedMs: number | null): string =>
  state === "running" && toMs === null && endedMs !== null ? "end not told" : state;

/** The record in the order in which it is read: verdict, exceptions, then the evidence, signatures at the end. */
export function recordBlocks(record: BatchRecord): Block[] {
  const { exceptions, coverage, seal } = record;
  const missing = coverage.reduce((sum, each) => sum + each.missing, 0);
  const numbered = coverage.filter((each) => each.numbered);
  const blocks: Block[] = [
    {
      kind: "facts",
      facts: [
        ["Product", record.product ?? "-"],
        ["Recipe", record.recipe ?? "-"],
        ["Order", record.order ?? "-"],
        ["Begun", time(record.startedMs)],
        ["Ended", time(record.endedMs)],
        ["Times", "in UTC, on every page"],
        ["Outcome", record.outcome ?? "-"],
        ["Planned", record.plannedKg === null ? "-" : `${number(record.plannedKg, 1)} kg`],
        ["Packed", record.producedKg === null ? "-" : `${number(record.producedKg, 1)} kg`],
        [
          "Pallets",
          `${record.pallets.count}, ${number(record.pallets.kg, 1)} kg, ${record.pallets.shipped} shipped`,
        ],
      ],
    },
    {
      kind: "heading",
      text: exceptions.length === 0 ? "No exceptions" : `Exceptions (${exceptions.length})`,
    },
  ];
  if (exceptions.length === 0)
    blocks.push({
      kind: "text",
      text: "Nothing is on hold, no result failed, no limit was passed, no message is missing.",
    });
  else
    blocks.push({
      kind: "table",
      columns: [
        { title: "what", width: 28 },
        { title: "detail", width: 72 },
      ],
      rows: exceptions.map(({ what, detail }) => [what, detail]),
    });

  blocks.push({ kind: "heading", text: "Completeness" });
  blocks.push({
    kind: "text",
    strong: true,
    text:
      record.leftOut !== undefined
        ? `The record is not complete: it leaves out what its first exceptions name. ${missing} numbered messages are missing.`
        : missing === 0
          ? `The record is complete: of ${numbered.length} machines that number their messages, none is missing while they worked on this batch.`
          : `The record is not complete: ${missing} numbered messages are missing.`,
  });
  for (const text of record.unsaid) blocks.push({ kind: "text", text: `Not in this record. ${text}` });
  blocks.push({
    kind: "table",
    columns: [
      { title: "machine", width: 40 },
      { title: "of this batch", width: 20, right: true },
      { title: "numbers seen", width: 20, right: true },
      { title: "missing", width: 20, right: true },
    ],
    rows: coverage.map(({ machine, messages, seen, missing: gone, numbered: counts }) => [
      nameOf(machine),
      String(messages),
      counts ? String(seen) : "not numbered",
      counts ? String(gone) : "unknown",
    ]),
  });
  blocks.push(
    ...tableBlocks(
      "Ingredients",
      ["lot:30", "material:17", "share:8r", "supplier:16", "supplier lot, certificate:21", "state:8"],
      record.ingredients.map((each) => [
        each.lot,
        each.material,
        `${number(100 * each.share, 2)} %`,
        each.supplier,
        [each.supplierLot, each.certificate].filter((part) => part !== "").join(", "),
        each.holds.length > 0 ? "HOLD" : each.released ? "released" : "",
      ]),
    ),
  );
  blocks.push(
    ...tableBlocks(
      "Lots made",
      ["lot:46", "material:22", "kg:12r", "left:12r", "state:8"],
      record.outputs.map((each) => [
        each.lot,
        each.material,
        number(each.totalKg, 1),
        Math.abs(each.restKg) < 0.05 ? "0" : number(each.restKg, 1),
        each.holds.length > 0 ? "HOLD" : "",
      ]),
    ),
  );
  blocks.push(
    ...tableBlocks(
      "Procedure (ISA-88)",
      ["phase:19", "machine:12", "from:16", "to:16", "state:11", "set points and reached:26"],
      record.procedure.map((step) => [
        step.run > 1 ? `${step.name} ${step.run}` : step.name,
        nameOf(step.machine),
        time(step.fromMs).replace(" UTC", ""),
        time(step.toMs).replace(" UTC", ""),
        stateOf(step, record.endedMs),
        [step.setPoints, step.actual === "" ? "" : `reached ${step.actual}`, step.reason]
          .filter((part) => part !== "")
          .join("; "),
      ]),
    ),
  );
  if (record.courses.length > 0) {
    blocks.push({ kind: "heading", text: "Process curves against limits" });
    const drawn = record.courses.filter(
      ({ limits, points }) => Object.keys(limits).length > 0 && points.length > 1,
    );
    for (const course of drawn) blocks.push({ kind: "chart", course });
    blocks.push(
      ...tableBlocks(
        "Measured values",
        ["tag:34", "values:8r", "min:10r", "mean:10r", "max:10r", "measured:10r", "outside:9r", "alarm:9r"],
        record.courses.map((course) => [
          `${nameOf(course.machine)} ${course.tag}${course.unit === "" ? "" : `, ${course.unit}`}`,
          String(course.values),
          number(course.min),
          number(course.mean),
          number(course.max),
          `${number(100 * course.coverage, 1)} %`,
          Object.keys(course.limits).length === 0 ? "no limits" : String(course.outside),
          Object.keys(course.limits).length === 0 ? "" : String(course.beyondAlarm),
        ]),
      ),
    );
  }
  blocks.push(
    ...tableBlocks(
      "Results",
      ["characteristic:30", "n:8r", "mean:13r", "min:13r", "max:13r", "limits:15", "failed:8r"],
      record.results.map((each) => [
        `${each.characteristic}${each.unit === "" ? "" : `, ${each.unit}`}`,
        String(each.n),
        each.numbers === 0 ? "-" : number(each.sum / each.numbers),
        number(each.min),
        number(each.max),
        limits(each.lower, each.upper),
        String(each.failed),
      ]),
    ),
  );
  blocks.push(
    ...tableBlocks(
      "Alarms",
      ["raised:19", "machine:14", "priority:10", "code:22", "stood:11r", "seen by:24"],
      record.alarms.map((alarm) => [
        time(alarm.raisedMs).replace(" UTC", ""),
        nameOf(alarm.machine),
        alarm.priority,
        alarm.code,
        alarm.clearedMs === null ? "stands" : `${Math.round((alarm.clearedMs - alarm.raisedMs) / 1000)} s`,
        alarm.acknowledgedBy ?? "nobody",
      ]),
    ),
  );
  blocks.push(
    ...tableBlocks(
      "What people did",
      ["when:19", "who:16", "what:25", "why:40"],
      record.actions.map(({ atMs, by, what, why }) => [time(atMs).replace(" UTC", ""), by, what, why]),
    ),
  );
  blocks.push({ kind: "heading", text: "Seal" });
  blocks.push({
    kind: "facts",
    facts: [
      ["Made of", `${seal.messages} messages of the log, ids ${seal.first_id} to ${seal.last_id}`],
      ["Chain", `${seal.algorithm}: ${seal.hash}`],
      [
        "To check",
        `conche batch verify ${record.batch} --seal ${seal.messages}:${seal.last_id}:${seal.hash}`,
      ],
    ],
  });
  blocks.push({
    kind: "signature",
    decisions: ["released", "released with the exceptions", "kept on hold", "rejected"],
    roles: ["Production", "Quality"],
  });
  return blocks;
}

/** A table under a heading, unless it is empty. Columns as `title:width`, with an `r` for figures. */
export function tableBlocks(
  heading: string | undefined,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): Block[] {
  if (rows.length === 0) return [];
  return [
    ...(heading === undefined ? [] : [{ kind: "heading" as const, text: heading }]),
    {
      kind: "table",
      columns: columns.map((text) => {
        const [title = "", width = "10"] = text.split(":");
        return {
          title,
          width: Number.parseInt(width, 10),
          ...(width.endsWith("r") ? { right: true as const } : {}),
        };
      }),
      rows,
    },
  ];
}
