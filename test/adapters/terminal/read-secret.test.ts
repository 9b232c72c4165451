import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { readSecret } from "../../../src/adapters/terminal/read-secret.ts";
import { memoryTerminal } from "./memory-terminal.ts";

/** Input as a keyboard gives it. */
class Keyboard extends PassThrough {
  readonly isTTY = true;
  readonly modes: boolean[] = [];
  setRawMode(raw: boolean): this {
    this.modes.push(raw);
    return this;
  }
}

/** Types the keys as they come, in one or several pieces, and gives what was read. */
async function type(...pieces: readonly (string | Buffer)[]) {
  const keyboard = new Keyboard();
  const terminal = { ...memoryTerminal(), in: keyboard };
  const reading = readSecret(terminal, "Password: ");
  for (const piece of pieces) keyboard.write(piece);
  return { secret: await reading, shown: terminal.complained() + terminal.written(), modes: keyboard.modes };
}

test("what is typed isn't shown, and the terminal gets its echo back", async () => {
  const { secret, shown, modes } = await type("gehe", "im\r");
  assert.equal(secret, "geheim");
  assert.equal(shown, "Password: \n");
  assert.deepEqual(modes, [true, false]);
});

test("backspace takes back a character, also one of several bytes that came in pieces", async () => {
  const [first, second] = [Buffer.from("ü").subarray(0, 1), Buffer.from("ü").subarray(1)];
  assert.equal((await type("a", first, second, "\u007fb\b😀c\r")).secret, "a😀c");
});

test("Ctrl-C and Ctrl-D give up", async () => {
  for (const key of ["\u0003", "\u0004"]) {
    const { secret, modes } = await type(`abc${key}def\r`);
    assert.equal(secret, undefined);
    assert.deepEqual(modes, [true, false]);
  }
});

test("from anything but a keyboard, the first line is taken, bounded", async () => {
  const read = async (text: string) => {
    const terminal = memoryTerminal();
    terminal.in.end(text);
    return { secret: await readSecret(terminal, "Password: "), shown: terminal.complained() };
  };
  assert.deepEqual(await read("geheim\r\nsecond\n"), { secret: "geheim", shown: "" });
  assert.equal((await read("without end")).secret, "without end");
  assert.equal((await read("")).secret, undefined);
  assert.equal((await read("x".repeat(1_000_000))).secret?.length, 4_096);
});
