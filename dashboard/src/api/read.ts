import { problemOf, unreachable } from "./problem.ts";

/** The API answers in its own time limit, or says why not: after so long nobody answers any more. */
export const PATIENCE_MS = 30_000;

/** Reads JSON from the API. @throws Problem */
export async function read<Data>(path: string, signal?: AbortSignal): Promise<Data> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  let response: Response;
  try {
    response = await fetch(path, {
      headers: { accept: "application/json" },
      signal: signal === undefined ? patience : AbortSignal.any([signal, patience]),
    });
    if (response.ok) return (await response.json()) as Data;
  } catch (error) {
    throw unreachable(error);
  }
  throw await problemOf(response);
}
