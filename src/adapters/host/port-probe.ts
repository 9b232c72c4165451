import { createServer } from "node:net";
import { messageOf, systemCodeOf } from "../../errors/conche-error.ts";

/** Whether one could listen there. */
export type PortProbe =
  | { readonly kind: "free" }
  | { readonly kind: "in use" }
  | { readonly kind: "refused"; readonly detail: string };

/** Listens for a moment. Port 0 is always free, unless the address isn't this machine's. */
export function probePort(host: string, port: number): Promise<PortProbe> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => {
      if (systemCodeOf(error) === "EADDRINUSE") resolve({ kind: "in use" });
      else resolve({ kind: "refused", detail: messageOf(error) });
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve({ kind: "free" })));
  });
}
