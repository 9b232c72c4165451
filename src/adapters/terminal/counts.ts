/** `12,345`: the same everywhere, whatever the machine's locale. */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 line`, `12,345 lines` */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}
