import type { TagCourse } from "../../trace/record/tag-course.ts";
import { widthOf } from "./helvetica.ts";
import type { Colour, PdfPage } from "./pdf-document.ts";
import { wrapped } from "./wrap.ts";

const INK: Colour = [0.11, 0.13, 0.14];
const GREY: Colour = [0.29, 0.33, 0.35];
const BAND: Colour = [0.89, 0.9, 0.91];
const LIMIT: Colour = [0.6, 0.36, 0];
const LABEL_WIDTH = 112;
const LIMIT_WIDTH = 52;

interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A tag's course: its normal range as a band, alarm limits dashed, what was measured as a line. */
export function drawChart(page: PdfPage, course: TagCourse, { x, y, width, height }: Frame): void {
  const { points, limits, firstMs, lastMs } = course;
  const values = [
    ...points.map(([, value]) => value),
    ...Object.values(limits).filter((each) => typeof each === "number"),
  ];
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const left = x + LABEL_WIDTH;
  const right = x + width - LIMIT_WIDTH;
  const across = (ms: number) => left + ((ms - firstMs) / Math.max(1, lastMs - firstMs)) * (right - left);
  const down = (value: number) => y + 6 + (1 - (value - low) / Math.max(1e-9, high - low)) * (height - 22);
  if (limits.min !== undefined && limits.max !== undefined)
    page.fill(left, down(limits.max), right - left, Math.max(0, down(limits.min) - down(limits.max)), BAND);
  for (const limit of [limits.alarm_low, limits.alarm_high]) {
    if (limit === undefined) continue;
    page.line(
      [
        [left, down(limit)],
        [right, down(limit)],
      ],
      0.6,
      LIMIT,
      "3 2",
    );
    page.text(right + 4, down(limit) + 2.5, `${limit} alarm`, 7, "regular", LIMIT);
  }
  page.line(
    points.map(([ms, value]) => [across(ms), down(value)] as const),
    0.8,
    INK,
  );
  const name = `${course.machine.split("/").at(-1)} ${course.tag}`;
  const lines = wrapped(name, LABEL_WIDTH - 8, 7.5, "bold").slice(0, 3);
  for (const [at, line] of lines.entries()) page.text(x, y + 12 + 9 * at, line, 7.5, "bold", INK);
  const below = y + 13 + 9 * lines.length;
  const unit = course.unit === "" ? "" : ` ${course.unit}`;
  const said = [
    `${figure(course.min)} to ${figure(course.max)}${unit}`,
    ...normalOf(limits),
    `measured ${figure(100 * course.coverage)} %`,
  ];
  for (const [at, line] of said.entries()) page.text(x, below + 9.5 * at, line, 7.5, "regular", GREY);
  const clock = (ms: number) => new Date(ms).toISOString().slice(5, 16).replace("T", " ");
  page.text(left, y + height - 5, clock(firstMs), 7, "regular", GREY);
  const end = `${clock(lastMs)} UTC`;
  page.text(right - widthOf(end, 7, "regular"), y + height - 5, end, 7, "regular", GREY);
}

/** As in the table of the same values: two digits at most. */
function figure(value: number): string {
  return Number(value.toFixed(2)).toString();
}

function normalOf({ min, max }: TagCourse["limits"]): string[] {
  if (min === undefined) return max === undefined ? [] : [`normal up to ${max}`];
  return [max === undefined ? `normal from ${min}` : `normal ${min} to ${max}`];
}
