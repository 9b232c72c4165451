import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** A message as a webhook's receiver got it. */
export interface Posted {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A list that can be waited on. */
export class Received<Item> {
  readonly all: Item[] = [];
  #wake: (() => void)[] = [];

  add(item: Item): void {
    this.all.push(item);
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** The first one that the test accepts, got already or to come. */
  async first(accepts: (item: Item) => boolean): Promise<Item> {
    for (;;) {
      const found = this.all.find(accepts);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }
}

/** A webhook's receiver; `status` is what it answers. */
export async function startHook(port = 0) {
  const received = new Received<Posted>();
  const answers = { status: 204 };
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      received.add({ headers: request.headers, body });
      response.writeHead(answers.status).end();
    });
  });
  await once(server.listen(port, "127.0.0.1"), "listening");
  const { port: bound } = server.address() as AddressInfo;
  return {
    ...{ received, answers, port: bound, url: `http://127.0.0.1:${bound}/hook` },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A message as a mail server got it. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** Head and body as they came. */
  readonly text: string;
}

/** A mail server as small as RFC 5321 lets it be; it takes whatever comes, but for recipients that begin with `no`. */
export async function startMailServer() {
  const received = new Received<Mail>();
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket.on("close", () => sockets.delete(socket)).on("error", () => {}));
    let [from, to, data]: [string, string[], string[] | undefined] = ["", [], undefined];
    const say = (line: string) => socket.write(`${line}\r\n`);
    say("220 test.invalid ESMTP");
    createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
      if (data !== undefined) {
        if (line !== ".") return void data.push(line);
        received.add({ from, to, text: data.join("\n") });
        data = undefined;
        return void say("250 taken");
      }
      const verb = line.slice(0, 4).toUpperCase();
      const address = /<([^>]*)>/.exec(line)?.[1] ?? "";
      if (verb === "MAIL") [from, to] = [address, []];
      if (verb === "RCPT" && address.startsWith("no")) return void say("550 there is nobody of this name");
      if (verb === "RCPT") to.push(address);
      if (verb === "QUIT") return void socket.end("221 bye\r\n");
      if (verb === "DATA") data = [];
      say(verb === "DATA" ? "354 go on" : "250 fine");
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return {
    ...{ received, port, url: `smtp://127.0.0.1:${port}` },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
