const TIMEOUT_MS = 2_000;

/** Whether a data center of ours answers on that HTTP address. */
export async function answersHealth(host: string, port: number): Promise<boolean> {
  const address = host.includes(":") ? `[${host}]` : host;
  try {
    const response = await fetch(`http://${address}:${port}/healthz`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const report: unknown = await response.json();
    return typeof report === "object" && report !== null && "alive" in report && "ready" in report;
  } catch {
    return false;
  }
}
