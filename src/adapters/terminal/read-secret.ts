import { StringDecoder } from "node:string_decoder";
import type { ReadStream } from "node:tty";
import type { Terminal } from "./terminal.ts";

/** Longest secret that is read, characters: whatever is piped in must not fill the memory. */
const LONGEST = 4_096;
const [CTRL_C, CTRL_D, BACKSPACE, DELETE] = ["\u0003", "\u0004", "\b", "\u007f"];

/**
 * Reads a secret: typed without echo where a person sits in front, otherwise the first line of the input.
 * Undefined when the person gives up (Ctrl-C, Ctrl-D) or the input has no line.
 */
export async function readSecret(terminal: Terminal, prompt: string): Promise<string | undefined> {
  const input = terminal.in;
  if (!isKeyboard(input)) return firstLine(input);
  terminal.err.write(prompt);
  input.setRawMode(true);
  try {
    return await typedLine(input);
  } finally {
    input.setRawMode(false);
    input.pause();
    terminal.err.write("\n");
  }
}

/** Whether a person types the input. */
export function isKeyboard(input: Terminal["in"]): input is ReadStream {
  return "isTTY" in input && input.isTTY === true;
}

function typedLine(input: ReadStream): Promise<string | undefined> {
  const decoder = new StringDecoder("utf8");
  return new Promise((resolve) => {
    let typed = "";
    const finish = (line: string | undefined) => {
      input.off("data", take).off("end", giveUp);
      resolve(line);
    };
    const giveUp = () => finish(undefined);
    const take = (bytes: Buffer) => {
      for (const key of decoder.write(bytes)) {
        if (key === "\r" || key === "\n") return finish(typed);
        if (key === CTRL_C || key === CTRL_D) return giveUp();
        if (key === BACKSPACE || key === DELETE) typed = [...typed].slice(0, -1).join("");
        else if (typed.length < LONGEST) typed += key;
      }
    };
    input.on("data", take).on("end", giveUp);
  });
}

async function firstLine(input: Terminal["in"]): Promise<string | undefined> {
  let text = "";
  for await (const chunk of input.setEncoding("utf8")) {
    text += chunk;
    if (text.length > LONGEST || text.includes("\n")) break;
  }
  const [line = ""] = text.slice(0, LONGEST).split(/\r?\n/, 1);
  return line === "" ? undefined : line;
}
