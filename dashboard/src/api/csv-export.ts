import { problemOf, unreachable } from "./problem.ts";

/** Pages that one export takes: a hundred thousand rows are for `conche log export`. */
const MOST_PAGES = 100;

/**
 * Everything that a list of the API has, as a CSV file for the browser to keep.
 * @param path the list with its query; @throws Problem
 */
export async function saveCsv(path: string, fileName: string): Promise<void> {
  const parts: string[] = [];
  let next: string | undefined = path;
  for (let page = 0; next !== undefined && page < MOST_PAGES; page++) {
    let response: Response;
    try {
      response = await fetch(next, { headers: { accept: "text/csv" } });
    } catch (error) {
      throw unreachable(error);
    }
    if (!response.ok) throw await problemOf(response);
    const text = await response.text();
    // The head stands once.
    parts.push(page === 0 ? text : text.slice(text.indexOf("\n") + 1));
    const [, query] = /<(\?[^>]*)>; rel="next"/.exec(response.headers.get("link") ?? "") ?? [];
    next = query === undefined ? undefined : `${path.split("?", 1)[0]}${query}`;
  }
  const address = URL.createObjectURL(new Blob(parts, { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(address);
}
