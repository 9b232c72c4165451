import type { Terminal } from "./terminal.ts";

/** Tells how far something has come: what it does, and how much of how much is done. */
export type Progress = (what: string, done: number, total: number) => void;

const CLEAR_LINE = "\r\u001b[2K";

/** A line that is written over while a person waits; undefined for files and programs. */
export function progressLine({ columns, err }: Terminal, json: boolean): Progress | undefined {
  if (columns === null || json) return undefined;
  let shown = "";
  return (what, done, total) => {
    const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
    const line = `${CLEAR_LINE}${what}: ${percent} %${done >= total ? CLEAR_LINE : ""}`;
    if (line !== shown) err.write(line);
    shown = line;
  };
}
