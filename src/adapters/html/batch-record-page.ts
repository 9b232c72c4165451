import type { BatchRecord } from "../../trace/record/batch-record.ts";
import { type Block, recordBlocks } from "../../trace/record/record-blocks.ts";
import type { TagCourse } from "../../trace/record/tag-course.ts";

const STYLE = `body{font:14px/1.45 "Segoe UI",Roboto,"DejaVu Sans",sans-serif;color:#1c2123;background:#fff;max-width:1040px;margin:24px auto;padding:0 16px}
h1{font-size:22px;margin:0 0 4px}h2{font-size:16px;margin:28px 0 8px;border-top:1px solid #9aa3a7;padding-top:10px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th{text-align:left;font-weight:400;color:#4a5459;border-bottom:1px solid #9aa3a7}
th,td{padding:3px 10px 3px 0;vertical-align:top;overflow-wrap:anywhere}td{border-bottom:1px solid #dfe3e4}.r{text-align:right;white-space:nowrap}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:0}dt{color:#4a5459}dd{margin:0;overflow-wrap:anywhere}
.strong{font-weight:600}svg{display:block;margin:6px 0;max-width:100%}.sign{display:flex;gap:48px;margin-top:32px}.sign div{flex:1;border-top:1px solid #1c2123;padding-top:4px}
@media print{body{margin:0;max-width:none}h2{break-after:avoid}tr,svg,.sign{break-inside:avoid}}`;

/** The record as a page of its own: nothing is loaded, it prints, and its seal stands in it for programs, too. */
export function batchRecordPage(record: BatchRecord): string {
  const body = recordBlocks(record).map(blockHtml).join("\n");
  const seal = JSON.stringify({ batch: record.batch, seal: record.seal }).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(`Batch record ${record.batch}`)}</title><style>${STYLE}</style></head>
<body><h1>${escaped(`Batch record ${record.batch}`)}</h1>
${body}
<script type="application/json" id="seal">${seal}</script></body></html>
`;
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `<h2>${escaped(block.text)}</h2>`;
    case "text":
      return `<p${block.strong ? ' class="strong"' : ""}>${escaped(block.text)}</p>`;
    case "facts":
      return `<dl>${block.facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join("")}</dl>`;
    case "table": {
      const right = block.columns.map((column) => (column.right ? ' class="r"' : ""));
      const head = block.columns.map(({ title }, at) => `<th${right[at]}>${escaped(title)}</th>`).join("");
      const rows = block.rows.map(
        (row) => `<tr>${row.map((cell, at) => `<td${right[at]}>${escaped(cell)}</td>`).join("")}</tr>`,
      );
      return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
    }
    case "chart":
      return chartSvg(block.course);
    case "signature":
      return `${(block.decisions ?? []).map((each) => `<p>☐ ${escaped(each)}</p>`).join("")}<div class="sign">${block.roles.map((role) => `<div>${escaped(role)}: name, date, signature</div>`).join("")}</div>`;
  }
}

const CHART = { width: 1000, height: 96, left: 190, right: 70 };

function chartSvg(course: TagCourse): string {
  const { points, limits, firstMs, lastMs } = course;
  const values = [
    ...points.map(([, value]) => value),
    ...Object.values(limits).filter((each) => typeof each === "number"),
  ];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (ms: number) =>
    CHART.left + ((ms - firstMs) / Math.max(1, lastMs - firstMs)) * (CHART.width - CHART.left - CHART.right);
  const y = (value: number) => 8 + (1 - (value - low) / Math.max(1e-9, high - low)) * (CHART.height - 26);
  const band =
    limits.min !== undefined && limits.max !== undefined
      ? `<rect x="${CHART.left}" y="${y(limits.max).toFixed(1)}" width="${CHART.width - CHART.left - CHART.right}" height="${Math.max(0, y(limits.min) - y(limits.max)).toFixed(1)}" fill="#e3e6e7"/>`
      : "";
  const alarms = [limits.alarm_low, limits.alarm_high].flatMap((limit) =>
    limit === undefined
      ? []
      : [
          `<line x1="${CHART.left}" x2="${CHART.width - CHART.right}" y1="${y(limit).toFixed(1)}" y2="${y(limit).toFixed(1)}" stroke="#9a5b00" stroke-dasharray="4 3"/><text x="${CHART.width - CHART.right + 4}" y="${(y(limit) + 4).toFixed(1)}">${limit} alarm</text>`,
        ],
  );
  const path = points
    .map(([ms, value], at) => `${at === 0 ? "M" : "L"}${x(ms).toFixed(1)} ${y(value).toFixed(1)}`)
    .join("");
  const name = `${course.machine.split("/").at(-1)} ${course.tag}${course.unit === "" ? "" : `, ${course.unit}`}`;
  const clock = (ms: number) => new Date(ms).toISOString().slice(5, 16).replace("T", " ");
  return `<svg viewBox="0 0 ${CHART.width} ${CHART.height}" width="${CHART.width}" height="${CHART.height}" font-size="12" fill="#1c2123" role="img"><title>${escaped(name)}</title>${band}${alarms.join("")}<path d="${path}" fill="none" stroke="#1c2123" stroke-width="1.5"/><text x="0" y="22">${escaped(name)}</text><text x="0" y="40" fill="#4a5459">${course.min.toFixed(1)} to ${course.max.toFixed(1)}</text><text x="${CHART.left}" y="${CHART.height - 2}" fill="#4a5459">${clock(firstMs)}</text><text x="${CHART.width - CHART.right}" y="${CHART.height - 2}" fill="#4a5459" text-anchor="end">${clock(lastMs)} UTC</text></svg>`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
