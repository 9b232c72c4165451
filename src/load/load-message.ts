import { type MachineAddress, machineAddress } from "../contract/topic.ts";
import type { LoadOrder, LoadType } from "./load-order.ts";

/** A payload whose changing parts have a fixed place, so that they can be written over instead of made anew. */
export interface LoadPayload {
  readonly text: string;
  /** Where the 24 characters of the time stamp begin (`2026-01-11T08:00:00.000Z`). */
  readonly tsAt: number;
  /** Where the {@link SEQ_DIGITS} characters of the number begin, filled up with blanks; -1 without identity. */
  readonly seqAt: number;
}

/** Room for the number. Blanks in front of it are allowed by JSON. */
export const SEQ_DIGITS = 10;
const TS_FIELD = '"ts":"';
const SEQ_FIELD = '"seq":';
/** Machines of a line: about what a line of the plant has. */
const MACHINES_PER_LINE = 8;
/** Beyond so many tags a payload is filled up with text: no machine has more. */
const MOST_TAGS = 40;
const ABOUT = '"product_type":"dark","batch_id":"B20260111-DA-0042"';

/** What the payload of each type and version says, without its end. Filled up between body and end. */
const BODIES: Readonly<Record<LoadType, Readonly<Record<1 | 2, readonly [body: string, end: string]>>>> = {
  telemetry: {
    1: [`${ABOUT},"tags":{"temp_c":31.42,"viscosity_cP":1222`, "}"],
    2: [`${ABOUT},"tags":{"temp_c":31.42,"viscosity_cP":1222`, "}"],
  },
  alarm: {
    1: [
      `${ABOUT},"severity":"HIGH","code":"LOAD_TEST","message":"made by a load generator","value":33.4,"limit":33`,
      "",
    ],
    2: [
      `"alarm_id":"load-test","event":"raised","code":"LOAD_TEST","priority":"low","message":"made by a load generator",${ABOUT}`,
      "",
    ],
  },
  quality: {
    1: [`${ABOUT},"results":{"weight_g":100.4`, "}"],
    2: [`${ABOUT},"results":[{"characteristic":"weight_g","value":100.4,"unit":"g"}`, "]"],
  },
};

/** The machine with a number from 0 of a load: a temperer, eight to a line. */
export function loadMachine(site: string, index: number): MachineAddress {
  const line = `line-${Math.floor(index / MACHINES_PER_LINE) + 1}`;
  const address = machineAddress(site, line, "s5_tempering", `temper-${index + 1}`);
  if ("detail" in address) throw new Error(address.detail); // the site was checked when it was given
  return address;
}

/** The shortest payload of such a load, bytes. */
export function shortestPayload(order: Pick<LoadOrder, "type" | "payloadVersion" | "identified">): number {
  const [head, body, end] = parts(order, "0".repeat(36));
  return head.length + body.length + end.length;
}

/**
 * A valid payload of exactly `payloadBytes`, or of the shortest length there is.
 * @param boot the identity of the machine's start; only said where the order wants identity
 */
export function loadPayload(
  order: Pick<LoadOrder, "type" | "payloadVersion" | "identified" | "payloadBytes">,
  boot: string,
): LoadPayload {
  const [head, body, end] = parts(order, boot);
  let room = order.payloadBytes - head.length - body.length - end.length;
  let middle = body;
  if (order.type === "telemetry") {
    for (let tag = 1; tag <= MOST_TAGS && room > 0; tag++) {
      const more = `,"zone_${tag}_c":2${tag % 10}.5`;
      if (more.length > room) break;
      middle += more;
      room -= more.length;
    }
  }
  const text = `${head}${middle}${filled(end, room)}`;
  const seqAt = head.indexOf(SEQ_FIELD);
  return {
    text,
    tsAt: head.indexOf(TS_FIELD) + TS_FIELD.length,
    seqAt: seqAt === -1 ? -1 : seqAt + SEQ_FIELD.length,
  };
}

const FILL_BEGIN = ',"extra":{"load":"';
const FILL_END = '"}';

/** The end of a payload, with so many bytes more: text where there is room for it, blanks otherwise. */
function filled(end: string, room: number): string {
  if (room <= 0) return end;
  const text = room - FILL_BEGIN.length - FILL_END.length;
  if (text < 0) return `${" ".repeat(room)}${end}`;
  return `${end.slice(0, -1)}${FILL_BEGIN}${"x".repeat(text)}${FILL_END}}`;
}

function parts(
  { type, payloadVersion, identified }: Pick<LoadOrder, "type" | "payloadVersion" | "identified">,
  boot: string,
): [head: string, body: string, end: string] {
  const ts = `${TS_FIELD}${"0".repeat(24)}",`;
  const identity =
    identified && payloadVersion === 2 ? `"boot":"${boot}",${SEQ_FIELD}${" ".repeat(SEQ_DIGITS)},` : "";
  const [body, end] = BODIES[type][payloadVersion];
  return [`{${payloadVersion === 2 ? '"v":2,' : ""}${ts}${identity}`, body, `${end}}`];
}
