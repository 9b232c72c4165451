import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { NO_MOSQUITTO } from "../servers/mosquitto.ts";
import { DocumentedPlant } from "./documented-plant.ts";
import { flagsByCommand } from "./flags-by-command.ts";
import { blocksOf, commandsOf, indentedLines, mentionedIn, typedLines } from "./page-blocks.ts";

const ROOT = resolve(import.meta.dirname, "..", "..");
const PAGES = globSync(["*.md", "docs/**/*.md"], { cwd: ROOT })
  .filter((file) => file !== "CHANGELOG.md")
  .sort()
  .map((file) => ({ file, text: readFileSync(join(ROOT, file), "utf8") }));
/** Pages whose `console` blocks a test of their own follows. */
const FOLLOWED = ["docs/tutorial.md", "docs/your-own-plant.md"];
/** The youngest log has cocoa from before it began, and then this says so with its exit code. */
const MAY_FIND_SOMETHING = /^conche eudr /;

/** README alone starts thirty programs, and a machine may be busy with other things. */
const TIMEOUT_MS = 15 * 60_000;

/** What a page's commands need and this machine lacks: in CI it is installed. */
function lacking(commands: readonly string[]): string | false {
  if (process.env.CI !== undefined) return false;
  const others = commands.flatMap(
    (command) => /^(curl|sqlite3|prometheus|mosquitto_pub)\b/.exec(command)?.[1] ?? [],
  );
  const missing = others.filter((tool) => spawnSync(tool, ["--version"]).error !== undefined);
  return missing.length === 0 ? false : `not installed: ${[...new Set(missing)].join(", ")}`;
}

describe("the commands of README and docs", () => {
  for (const { file, text } of PAGES) {
    it(`${file}: every block says what it is, and no command hides elsewhere`, () => {
      const blocks = blocksOf(text);
      const nameless = blocks.filter(({ language }) => language === "");
      assert.deepEqual(
        nameless.map(({ line }) => line),
        [],
        "lines of blocks without a language",
      );
      const others = blocks.filter(({ language }) => language !== "sh" && language !== "console");
      const hidden = [...others.flatMap(({ body }) => typedLines(body)), ...indentedLines(text)];
      assert.deepEqual(hidden, [], "commands are in blocks of `sh`");
      if (blocks.some(({ language }) => language === "console")) assert.ok(FOLLOWED.includes(file));
    });
  }

  it("commands in running text, and their options, are there", async () => {
    const known = await flagsByCommand();
    const wrong = PAGES.flatMap(({ file, text }) =>
      mentionedIn(text).flatMap((mentioned) => {
        const words = mentioned.split(" ").slice(1);
        const flags = known.get(words.slice(0, 2).join(" ")) ?? known.get(words[0] ?? "");
        if (flags === undefined) return [`${file}: ${mentioned}`];
        const options = words.filter((word) => word.startsWith("--")).map((word) => word.split("=")[0] ?? "");
        return options
          .filter((option) => !flags.has(option))
          .map((option) => `${file}: ${option} of ${mentioned}`);
      }),
    );
    assert.deepEqual(wrong, []);
  });

  const executed = PAGES.map(({ file, text }) => ({
    file,
    commands: blocksOf(text)
      .filter(({ language, example }) => language === "sh" && example === undefined)
      .flatMap(commandsOf),
  })).filter(({ commands }) => commands.length > 0);

  describe("executed", { skip: process.platform === "win32" ? "needs a POSIX shell" : NO_MOSQUITTO }, () => {
    let plant: DocumentedPlant;
    before(async () => {
      plant = await DocumentedPlant.start();
    });
    after(() => plant?.stop());

    for (const { file, commands } of executed) {
      it(file, { skip: lacking(commands), timeout: TIMEOUT_MS }, async () => {
        for (const command of commands) {
          const { code, said } = await plant.run(command);
          const found = code === 1 && MAY_FIND_SOMETHING.test(command) && !said.includes("CONCHE_");
          assert.ok(code === 0 || found, `${command}\nended with ${code}:\n${said}`);
        }
      });
    }
  });
});
