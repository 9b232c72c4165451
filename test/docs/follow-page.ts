import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { delimiter, join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { COMPILE_CACHE } from "../commands/run-conche.ts";

const ROOT = resolve(import.meta.dirname, "..", "..");

/** A command that a page tells its reader to type, and what the page says it answers. */
interface Typed {
  readonly command: string;
  readonly answer: readonly string[];
}

/** What a page tells its reader to do, in its order. */
type Instruction =
  | { readonly kind: "save"; readonly file: string; readonly content: string }
  | ({ readonly kind: "type" } & Typed);

/** Commands that go on: a reader gives each a terminal of its own. */
const GOES_ON = /^npx conche (datacenter|up|edge)\b/;

/** The instructions of a page: blocks that say `file=NAME` are saved, lines of `console` blocks after `$` are typed. */
export function instructionsOf(page: string): Instruction[] {
  const found: Instruction[] = [];
  for (const [, info = "", body = ""] of page.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)) {
    const file = /\bfile=(\S+)/.exec(info)?.[1];
    if (file !== undefined) found.push({ kind: "save", file, content: body });
    else if (info === "console") found.push(...typedIn(body));
  }
  return found;
}

function typedIn(body: string): Instruction[] {
  const typed: { kind: "type"; command: string; answer: string[] }[] = [];
  for (const line of body.split("\n")) {
    if (line.startsWith("$ ")) typed.push({ kind: "type", command: line.slice(2), answer: [] });
    else if (line.trim() !== "") typed.at(-1)?.answer.push(line);
  }
  return typed;
}

/**
 * Follows a page in an empty folder, word for word, as somebody who has installed the package does: `npx` finds conche
 * and the MQTT client. Only the ports that a page names are others.
 */
export async function followPage(page: string, folder: string, ports: readonly number[]): Promise<number> {
  const instructions = instructionsOf(await readFile(join(ROOT, page), "utf8"));
  const env = await surroundings(folder);
  const free = await Promise.all(ports.map(freePort));
  const onFreePorts = (command: string) =>
    ports.reduce((words, port, index) => words.replaceAll(String(port), String(free[index])), command);
  const going: ChildProcess[] = [];
  try {
    for (const instruction of instructions) {
      if (instruction.kind === "save") await writeFile(join(folder, instruction.file), instruction.content);
      else if (instruction.command === "^C") await interrupt(going.pop());
      else if (GOES_ON.test(instruction.command)) {
        going.push(await goOn(onFreePorts(instruction.command), instruction, folder, env));
      } else await type(onFreePorts(instruction.command), instruction, folder, env);
    }
    return instructions.length;
  } finally {
    for (const child of going) await interrupt(child);
  }
}

async function type(command: string, { answer }: Typed, cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn("/bin/sh", ["-c", command], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  for (const line of answer) assert.ok(says(out, line), `${command}\n${out}${err}\ndoesn't say: ${line}`);
  if (answer.length === 0) assert.equal(child.exitCode ?? 0, 0, `${command}\n${out}${err}`);
}

/** What a reader does with Ctrl-C in the terminal of what goes on. */
async function interrupt(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined) return;
  const ended = once(child, "close");
  child.kill("SIGINT");
  await ended;
}

/** Starts what goes on, and waits until it has said what the page says. */
async function goOn(
  command: string,
  { answer }: Typed,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<ChildProcess> {
  // Without a shell in between: the signal at the end is for the program.
  const [program = "", ...words] = command.split(/\s+/);
  const child = spawn(program, words, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      if (answer.every((line) => says(said, line))) resolve();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("close", () => reject(new Error(`${command} ended:\n${said}`)));
  });
  return child;
}

/** Whether the parts between the `…` of a line come one after the other. */
function says(output: string, line: string): boolean {
  let from = 0;
  for (const part of line.split("…")) {
    const at = output.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}

async function surroundings(folder: string): Promise<NodeJS.ProcessEnv> {
  const bin = join(folder, ".bin");
  await mkdir(bin, { recursive: true });
  const npx = join(bin, "npx");
  const [node, main, mqtt] = [
    process.execPath,
    join(ROOT, "src", "main.ts"),
    join(ROOT, "node_modules", ".bin", "mqtt"),
  ];
  await writeFile(
    npx,
    `#!/bin/sh\nname=$1; shift\ncase $name in\nconche) exec "${node}" "${main}" "$@" ;;\nmqtt) exec "${node}" "${mqtt}" "$@" ;;\nesac\nexit 127\n`,
  );
  await chmod(npx, 0o755);
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(CONCHE_|NODE_OPTIONS|NODE_TEST)/.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    PATH: `${bin}${delimiter}${process.env.PATH ?? ""}`,
    NODE_COMPILE_CACHE: COMPILE_CACHE,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
