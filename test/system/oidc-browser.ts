import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";

/** An answer as a browser keeps it. */
export interface Visit {
  readonly status: number;
  /** The address that answered at last. */
  readonly url: string;
  /** Where it would lead on to. */
  readonly location: string | null;
  readonly text: string;
}

/** What a request has beside its address. */
export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What of a browser logging in needs: cookies of one host, and following where it is led. */
export class FetchBrowser {
  readonly cookies = new Map<string, string>();
  /** Cookies as they were set, with their attributes. */
  readonly set: string[] = [];
  readonly #base: string;
  readonly #from: string;

  /** @param from its own address: limits go by that */
  constructor(base: string, from = "127.0.0.1") {
    this.#base = base;
    this.#from = from;
  }

  /** One request, which is not led on. */
  async ask(path: string, { method = "GET", headers = {}, body }: Asking = {}): Promise<Visit> {
    const url = new URL(path, this.#base);
    const own = url.origin === this.#base;
    const cookie = [...this.cookies].map((pair) => pair.join("=")).join("; ");
    const asked = request(url, {
      ...{ method, localAddress: this.#from, agent: false },
      headers: {
        accept: "application/json",
        ...(own && cookie !== "" ? { cookie } : {}),
        ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }),
        ...headers,
      },
    }).end(body);
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    for (const each of own ? (response.headers["set-cookie"] ?? []) : []) {
      this.set.push(each);
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
      if (value === "") this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    let text = "";
    for await (const part of response.setEncoding("utf8")) text += String(part);
    return {
      status: response.statusCode ?? 0,
      url: url.href,
      location: response.headers.location ?? null,
      text,
    };
  }

  /** Follows where it is led until `until`, or until nothing leads on. */
  async visit(
    path: string,
    asking: Asking = {},
    until: (address: URL) => boolean = () => false,
  ): Promise<Visit> {
    let visit = await this.ask(path, asking);
    for (let hops = 0; visit.location !== null && hops < 10; hops++) {
      const next = new URL(visit.location, visit.url);
      if (until(next)) return visit;
      visit = await this.ask(next.href, asking);
    }
    return visit;
  }

  /** Who the server says is here. */
  async who(): Promise<Readonly<Record<string, unknown>>> {
    return JSON.parse((await this.ask("/api/session")).text);
  }
}

/** A port that was free a moment ago: the identity provider has to know where it sends browsers back to. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
