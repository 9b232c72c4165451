import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A declaration that is exported, with the doc comment above it where there is one. What a file only passes on
 * (`export { … } from`) is documented where it is declared. The formatter sees to it that they look like this.
 */
const EXPORT =
  /(?<comment>^\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?^export (?:(?:abstract|async|declare) )*(?<what>(?:function\*?|class|interface|type|enum) \w+|(?:const|let) (?:\w+|\{[^}]*\}|\[[^\]]*\]))/gm;

/** `path:line function name` of each export of a folder without a doc comment; of overloads the first needs it. */
export function undocumentedExports(root: string, folder: string): string[] {
  const files = globSync(`${folder}/**/*.ts`, { cwd: root }).map((file) => file.replaceAll("\\", "/"));
  return files.sort().flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8").replaceAll("\r\n", "\n");
    const seen = new Set<string>();
    return [...text.matchAll(EXPORT)].flatMap(({ groups, index }) => {
      const what = groups?.what ?? "";
      const isOverload = seen.has(what);
      seen.add(what);
      if (groups?.comment !== undefined || isOverload) return [];
      return [`${file}:${text.slice(0, index).split("\n").length} ${what}`];
    });
  });
}
