import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { blocksOf, commandsOf, indentedLines, mentionedIn, typedLines } from "./page-blocks.ts";

const PAGE = `# A page

\`conche log tail\` shows it, as \`npx conche verify
--data DIR\` does, and \`conche.yaml\` is a file.

\`\`\`sh
npx conche now   # a remark
mosquitto_pub -t a \\
  -m b
\`\`\`

\`\`\`sh example="it takes an hour"
conche load
\`\`\`

\`\`\`
conche hidden
\`\`\`

    conche report completeness
`;

describe("the blocks of a page", () => {
  it("have a language, what is executed, and why something isn't", () => {
    const [first, second, third] = blocksOf(PAGE);
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    assert.deepEqual([first.language, first.example, first.line], ["sh", undefined, 6]);
    assert.deepEqual(commandsOf(first), ["npx conche now   # a remark", "mosquitto_pub -t a   -m b"]);
    assert.equal(second.example, "it takes an hour");
    assert.equal(third.language, "");
  });

  it("are told from commands that hide elsewhere", () => {
    assert.deepEqual(typedLines("conche hidden\nconche_up 1\n$ npx conche now\nnpm: a tool"), [
      "conche hidden",
      "$ npx conche now",
    ]);
    assert.deepEqual(indentedLines(PAGE), ["    conche report completeness"]);
    assert.deepEqual(mentionedIn(PAGE), ["conche log tail", "conche verify --data DIR"]);
  });
});
