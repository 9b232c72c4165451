import { type Piece, renderLine } from "./styled-text.ts";
import type { TableSurface } from "./table.ts";

/** Where everything is, once it runs. What doesn't exist is left out. */
export interface Whereabouts {
  readonly version: string;
  readonly pid: number;
  /** Where people look: the dashboard's address. */
  readonly dashboard?: string | undefined;
  /** How somebody logs in on it, where that was prepared. */
  readonly login?: string | undefined;
  /** A token that was made now, and is shown nowhere else. */
  readonly token?: string | undefined;
  /** `mqtt://127.0.0.1:1883` */
  readonly mqtt?: string | undefined;
  /** `ws://127.0.0.1:9001` */
  readonly webSocket?: string | undefined;
  /** The other broker that is ingested from, without its password. */
  readonly broker?: string | undefined;
  /** What edge and bridge forward from and to, without passwords. */
  readonly local?: string | undefined;
  readonly cloud?: string | undefined;
  /** Where they keep what has no receipt. */
  readonly outbox?: string | undefined;
  /** Their own address as a machine. */
  readonly gateway?: string | undefined;
  /** `http://127.0.0.1:8080` */
  readonly http?: string | undefined;
  readonly data?: string | undefined;
  /** The plant in a line: file, site, lines, machines. */
  readonly plant?: string | undefined;
  /** The simulation in a line: lines, speed, seed. */
  readonly simulation?: string | undefined;
  /** Command lines to go on with, each with a remark. */
  readonly next: readonly (readonly [line: string, remark: string])[];
}

/** What is of no use where the end is cut off. */
const TO_COPY: readonly string[] = ["dashboard", "token"];

/** The banner's lines: what runs, where it is, and how to look. */
export function bannerLines(where: Whereabouts, surface: TableSurface): string[] {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["dashboard", where.dashboard],
    ["login", where.login],
    ["token", where.token],
    ["MQTT", where.mqtt],
    ["WebSocket", where.webSocket],
    ["broker", where.broker],
    ["local", where.local],
    ["cloud", where.cloud],
    ["outbox", where.outbox],
    ["gateway", where.gateway],
    ["health", where.http === undefined ? undefined : `${where.http}/healthz  /readyz  /metrics`],
    ["data", where.data],
    ["plant", where.plant],
    ["simulation", where.simulation],
  ];
  const given = facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined);
  const width = Math.max(0, ...where.next.map(([line]) => line.length));
  const shown = (pieces: readonly Piece[], columns = surface.columns) =>
    renderLine(pieces, columns, surface.colour);
  return [
    "",
    shown([
      { text: "Conche", style: "bold" },
      { text: ` ${where.version} is running (process ${where.pid})` },
    ]),
    ...given.map(([name, fact]) => {
      const pieces = [{ text: `  ${name.padEnd(12)}`, style: "dim" } as const, { text: fact }];
      return shown(pieces, TO_COPY.includes(name) ? null : surface.columns);
    }),
    ...where.next.map(([line, remark]) =>
      shown([{ text: `  ${line.padEnd(width)}` }, { text: `  ${remark}`, style: "dim" }]),
    ),
    "",
  ];
}
