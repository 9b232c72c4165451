import { resolve } from "node:path";
import { addPassword } from "../adapters/credentials/password-file.ts";
import { jsonLine } from "../adapters/terminal/json-line.ts";
import { isKeyboard, readSecret } from "../adapters/terminal/read-secret.ts";
import type { Terminal } from "../adapters/terminal/terminal.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { defineCommand } from "./command.ts";

/** `conche passwd FILE USER` */
export const passwd = defineCommand({
  name: "passwd",
  summary: "add a user to a password file of the embedded broker, or change the password",
  description:
    "Asks for the password without showing it, or reads the first line of the standard input when that is no\n" +
    "keyboard; never takes it from the command line, which every user of the machine can read. Makes the file when\n" +
    "there is none. The form is mosquitto_passwd's: either program reads what the other has written.",
  examples: [
    ["conche passwd passwords temper-01", "asks for the password"],
    [
      "openssl rand -base64 24 | tee secret | conche passwd passwords temper-01",
      "a random password, kept in secret",
    ],
    ["conche passwd passwords temper-01 < secret", "the password in the file secret"],
  ],
  arguments: [
    { name: "file", help: "the password file" },
    { name: "user", help: "the user's name" },
  ],
  async run({ arguments: { file = "", user = "" }, config, terminal }) {
    const path = resolve(file);
    await addPassword(path, user, await askPassword(terminal, user));
    terminal.out.write(
      `${config.json ? jsonLine({ file: path, user }) : `${path} has a password for ${user}`}\n`,
    );
    return 0;
  },
});

async function askPassword(terminal: Terminal, user: string): Promise<string> {
  const password = await readSecret(terminal, `Password of ${user}: `);
  if (password === undefined || password === "") {
    throw new ConcheError("CONCHE_USAGE", {
      message: "no password was given; nothing was changed",
      hint: "type one, or send it: conche passwd FILE USER < secret",
    });
  }
  // What can't be seen has to be typed twice; what is sent was seen by whoever sends it.
  if (isKeyboard(terminal.in) && (await readSecret(terminal, "The same again: ")) !== password) {
    throw new ConcheError("CONCHE_USAGE", {
      message: "the two passwords differ; nothing was changed",
      hint: "call the command again",
    });
  }
  return password;
}
