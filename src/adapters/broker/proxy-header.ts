import type { Socket } from "node:net";

/** What every header begins with (PROXY protocol 2.2, HAProxy 2020). */
const SIGNATURE = Buffer.from("0d0a0d0a000d0a515549540a", "hex");
const FIXED_BYTES = 16;
/** Addresses and what may stand behind them: no balancer needs more. */
const MOST_BYTES = 4_096;
const VERSION = 2;
const COMMAND = { LOCAL: 0, PROXY: 1 } as const;
const FAMILY = { IPV4: 1, IPV6: 2 } as const;

/** What a header says. */
export interface ProxyHeader {
  /** The client's address; undefined where the load balancer speaks for itself (its health checks). */
  readonly remote: string | undefined;
  /** How long the header is, bytes. */
  readonly length: number;
}

/** Reads a PROXY protocol header of version 2; undefined while it isn't whole, a text says what is wrong with it. */
export function parseProxyHeader(bytes: Buffer): ProxyHeader | string | undefined {
  const begun = Math.min(bytes.length, SIGNATURE.length);
  if (SIGNATURE.compare(bytes, 0, begun, 0, begun) !== 0) return "no PROXY protocol v2 header";
  if (bytes.length < FIXED_BYTES) return undefined;
  const [versionAndCommand = 0, familyAndProtocol = 0] = bytes.subarray(SIGNATURE.length);
  if (versionAndCommand >> 4 !== VERSION) return `version ${versionAndCommand >> 4} of the PROXY protocol`;
  const length = FIXED_BYTES + bytes.readUInt16BE(14);
  if (length > MOST_BYTES) return `a PROXY header of ${length} bytes`;
  if (bytes.length < length) return undefined;
  const command = versionAndCommand & 0x0f;
  if (command === COMMAND.LOCAL) return { remote: undefined, length };
  if (command !== COMMAND.PROXY) return `command ${command} of the PROXY protocol`;
  const addresses = bytes.subarray(FIXED_BYTES, length);
  switch (familyAndProtocol >> 4) {
    case FAMILY.IPV4:
      return addresses.length < 12 ? SHORT : { remote: addresses.subarray(0, 4).join("."), length };
    case FAMILY.IPV6:
      return addresses.length < 36 ? SHORT : { remote: ipv6(addresses.subarray(0, 16)), length };
    default:
      // An address that can't be told: that of the balancer counts.
      return { remote: undefined, length };
  }
}

const SHORT = "a PROXY header without its addresses";

function ipv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  return groups.join(":");
}

/**
 * Takes the header off a connection that has just been made; what comes behind it stays in the socket.
 * @param done hears what it says, or what is wrong; the socket is as if it had begun with what comes behind
 */
export function takeProxyHeader(
  socket: Socket,
  withinMs: number,
  done: (header: ProxyHeader | string) => void,
): void {
  let read: Buffer = Buffer.alloc(0);
  const end = (header: ProxyHeader | string) => {
    clearTimeout(timer);
    socket.off("readable", readMore);
    socket.off("close", gone);
    if (typeof header !== "string" && read.length > header.length)
      socket.unshift(read.subarray(header.length));
    done(header);
  };
  const readMore = () => {
    for (let chunk: Buffer | null = socket.read(); chunk !== null; chunk = socket.read()) {
      read = Buffer.concat([read, chunk]);
    }
    const header = parseProxyHeader(read);
    if (header !== undefined) end(header);
  };
  const gone = () => end("closed before its PROXY header was whole");
  const timer = setTimeout(() => end(`no PROXY header within ${withinMs} ms`), withinMs);
  socket.on("error", () => socket.destroy());
  socket.on("readable", readMore);
  socket.on("close", gone);
}
