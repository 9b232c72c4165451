/** A fenced block of a page. */
export interface PageBlock {
  /** Its language: the first word of the info string, or nothing. */
  readonly language: string;
  /** Why nothing of it is executed, where the info string says so: `sh example="…"`. */
  readonly example: string | undefined;
  readonly body: string;
  /** Of its first line in the page. */
  readonly line: number;
}

const FENCE = /^```([^\n]*)\n(.*?)^```$/gms;
/** Words that a line begins with when somebody is to type it. */
const TYPED = /^\s*(?:\$ )?(?:npx|npm|conche|node|curl|mosquitto_\w+|sqlite3|prometheus|promtool|git) \S/;

/** The fenced blocks of a page, in its order. */
export function blocksOf(page: string): PageBlock[] {
  return Array.from(page.matchAll(FENCE), ({ 1: info = "", 2: body = "", index }) => ({
    language: /^\S*/.exec(info)?.[0] ?? "",
    example: /\bexample="([^"]+)"/.exec(info)?.[1],
    body,
    line: page.slice(0, index).split("\n").length,
  }));
}

/** The commands of a shell block: a line each, or several with `\` at their ends. */
export function commandsOf({ body }: PageBlock): string[] {
  return body
    .replaceAll("\\\n", "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** Lines that look like commands in a text: those of blocks that are none, or outside of all blocks. */
export function typedLines(text: string): string[] {
  return text.split("\n").filter((line) => TYPED.test(line));
}

/** Commands of ours in code marks of running text: `conche log tail`, `npx conche verify --data DIR`. */
export function mentionedIn(page: string): string[] {
  const text = page.replaceAll(FENCE, "");
  return Array.from(text.matchAll(/`(?:npx )?(conche [^`]+)`/g), ([, command = ""]) =>
    command.replaceAll(/\s+/g, " "),
  );
}

/** Blocks written by indentation: four spaces after an empty line, outside of lists and fences. */
export function indentedLines(page: string): string[] {
  const text = page.replaceAll(FENCE, "");
  return Array.from(text.matchAll(/\n\n((?: {4}[^\n]+\n)+)/g), ([, block = ""]) => block).flatMap((block) =>
    typedLines(block),
  );
}
