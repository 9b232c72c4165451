import { ConcheError, messageOf, systemCodeOf } from "./conche-error.ts";

/** What a server tried, as its user named it. */
export interface ListenAttempt {
  /** What the port is for: `HTTP`, `MQTT`. */
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  /** The options that choose another address and port: `--http-host`, `--http-port`. */
  readonly hostOption: string;
  readonly portOption: string;
}

/** The error for a server that couldn't listen: CONCHE_PORT_IN_USE, or CONCHE_PORT_REFUSED for any other reason. */
export function listenError(thrown: unknown, attempt: ListenAttempt): ConcheError {
  const { protocol, host, port, hostOption, portOption } = attempt;
  const place = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  if (systemCodeOf(thrown) === "EADDRINUSE") {
    return new ConcheError("CONCHE_PORT_IN_USE", {
      message: `another process listens on ${place}, the ${protocol} port`,
      hint: `stop it, or choose another port with ${portOption} (0 picks a free one)`,
      cause: thrown,
    });
  }
  return new ConcheError("CONCHE_PORT_REFUSED", {
    message: `can't listen on ${place} for ${protocol}: ${messageOf(thrown)}`,
    hint: refusalHint(systemCodeOf(thrown), hostOption, portOption),
    cause: thrown,
  });
}

function refusalHint(code: string | undefined, hostOption: string, portOption: string): string {
  if (code === "EACCES") return `choose a port above 1023 with ${portOption}`;
  return `name an address of this machine with ${hostOption}`;
}
