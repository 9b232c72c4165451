/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = "CONCHE_";

/** Whether `npx` or `npm start` began this process. */
export function startedByNpm(): boolean {
  return ["exec", "start"].includes(process.env.npm_command ?? "");
}

/** The product's part of the process environment. Nothing else reads process.env. */
export function processEnvironment(): Environment {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith(PREFIX)));
}

/** What systemd says of the stream that it connected to its journal, `device:inode`. */
export function journalStream(): string | undefined {
  return process.env.JOURNAL_STREAM;
}

/**
 * Whether an orchestrator set the variable for a service that happens to be called conche: Kubernetes puts
 * `<SERVICE>_SERVICE_HOST`, `<SERVICE>_PORT` and their kin into every container of the namespace, Docker links do
 * the same. They are no settings of ours and no typing errors either.
 */
export function isServiceLink(name: string, value: string): boolean {
  return (
    /_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$|_PORT_[0-9]+_(TCP|UDP)(_(PROTO|PORT|ADDR))?$/.test(name) ||
    isLinkValue(value)
  );
}

/** Whether a value is an address as service links give it (`tcp://10.0.0.1:1883`). */
export function isLinkValue(value: string): boolean {
  return /^(tcp|udp):\/\/[^/\s]+:[0-9]+$/.test(value);
}
