/** Where in a plant file: names of fields and positions in lists, from the root. */
export type FilePath = readonly (string | number)[];

/** Something that is wrong in a plant file. */
export interface Finding {
  readonly path: FilePath;
  /** What it must be, or what is wrong, without the path. */
  readonly problem: string;
}

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A path as people write it: `sites[0].lines[0].machines[3].tags.temp_c.max`. */
export function pathText(path: FilePath): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (PLAIN_NAME.test(part)) text += text === "" ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text === "" ? "the file" : text;
}

/** Collects findings, and knows which parts of the file have none so far. */
export class Findings {
  readonly list: Finding[] = [];

  add(path: FilePath, problem: string): void {
    this.list.push({ path, problem });
  }

  /** Whether nothing is wrong at a place or below it, so that a check of its meaning can trust its form. */
  clean(path: FilePath): boolean {
    return !this.list.some((finding) => path.every((part, index) => finding.path[index] === part));
  }
}
