import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ConcheError, messageOf, systemCodeOf } from "../../errors/conche-error.ts";
import type { StoryFacts } from "../../simulator/story/plan-story.ts";
import { readFacts } from "../../simulator/story/read-facts.ts";
import { writeWholeFile } from "./whole-file.ts";

/** Of the file's form: what another form says is not guessed at. */
const FORMAT = 1;

/** The file in a data folder in which its simulated line remembers its story. */
export class StoryFile {
  readonly path: string;
  readonly #logId: string;

  /** @param logId of the log that the story is in; with another one, the story is another one's */
  constructor(folder: string, logId: string) {
    this.path = join(folder, "story.json");
    this.#logId = logId;
  }

  /**
   * What is remembered; undefined where there is nothing, or a story of another log.
   * @throws ConcheError CONCHE_STORY_UNREADABLE
   */
  async read(): Promise<StoryFacts | undefined> {
    let text: string;
    try {
      text = await readFile(this.path, "utf8");
    } catch (error) {
      if (systemCodeOf(error) === "ENOENT") return undefined;
      throw this.#unreadable(messageOf(error), error);
    }
    let file: unknown;
    try {
      file = JSON.parse(text);
    } catch (error) {
      throw this.#unreadable(messageOf(error), error);
    }
    const { format, log, story } = (file ?? {}) as Readonly<Record<string, unknown>>;
    if (format !== FORMAT) throw this.#unreadable(`its format is ${JSON.stringify(format)}, not ${FORMAT}`);
    if (log !== this.#logId) return undefined;
    const facts = readFacts(story);
    if (facts === undefined) throw this.#unreadable("it is not what was written");
    return facts;
  }

  /** @throws ConcheError CONCHE_OUTPUT_UNWRITABLE */
  async write(story: StoryFacts): Promise<void> {
    const file = { format: FORMAT, log: this.#logId, story };
    await writeWholeFile(this.path, [`${JSON.stringify(file, undefined, 2)}\n`]);
  }

  #unreadable(why: string, cause?: unknown): ConcheError {
    return new ConcheError("CONCHE_STORY_UNREADABLE", { message: `${this.path}: ${why}`, cause });
  }
}
