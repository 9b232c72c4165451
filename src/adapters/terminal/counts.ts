/** `12,345`: the same everywhere, whatever the machine's locale. */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 line`, `12,345 lines` */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** What came without identity, of one machine; `machine` is empty for topics that name none. */
export interface Unsequenced {
  readonly machine: string;
  readonly stored: number;
  readonly quarantined: number;
}

/** `without identity: 2 messages stored, 1 in quarantine, from 2 machines and other topics` */
export function unsequencedLine(unsequenced: readonly Unsequenced[]): string {
  const stored = unsequenced.reduce((sum, each) => sum + each.stored, 0);
  const quarantined = unsequenced.reduce((sum, each) => sum + each.quarantined, 0);
  const machines = unsequenced.filter(({ machine }) => machine !== "").length;
  const from = [
    ...(machines === 0 ? [] : [counted(machines, "machine")]),
    ...(machines === unsequenced.length ? [] : ["other topics"]),
  ];
  return `without identity: ${counted(stored, "message")} stored, ${grouped(quarantined)} in quarantine, from ${from.join(" and ")}`;
}
