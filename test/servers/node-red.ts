import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { installNodeRed, isInstalled, NODE_RED_FOLDER } from "../../scripts/install-node-red.mjs";

/** Why tests that need Node-RED are skipped here, or false. In CI it is installed instead. */
export const NO_NODE_RED: string | false =
  isInstalled() || process.env.CI ? false : "Node-RED is not installed: npm run node-red (250 MB, a minute)";

/** A Node-RED that runs a flow, until it is stopped. */
export class NodeRed {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly url: string;
  /** What it said so far. */
  readonly said: readonly string[];

  private constructor(child: ChildProcess, folder: string, url: string, said: readonly string[]) {
    this.#child = child;
    this.#folder = folder;
    this.url = url;
    this.said = said;
  }

  /** @param flow the text of a flow file */
  static async start(flow: string): Promise<NodeRed> {
    if (!isInstalled()) installNodeRed();
    const folder = mkdtempSync(join(tmpdir(), "conche-node-red-"));
    writeFileSync(join(folder, "flow.json"), flow);
    const settings = {
      ...{
        uiHost: "127.0.0.1",
        uiPort: 0,
        httpAdminRoot: false,
        flowFile: "flow.json",
        credentialSecret: "test",
      },
      ...{ userDir: folder, logging: { console: { level: "info" } }, telemetry: { enabled: false } },
    };
    const settingsFile = join(folder, "settings.js");
    writeFileSync(settingsFile, `module.exports = ${JSON.stringify(settings)};\n`);
    const main = join(NODE_RED_FOLDER, "node_modules", "node-red", "red.js");
    const child = spawn(process.execPath, [main, "--userDir", folder, "--settings", settingsFile], {
      cwd: NODE_RED_FOLDER,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said: string[] = [];
    createInterface({ input: child.stderr }).on("line", (line) => said.push(line));
    const lines = createInterface({ input: child.stdout });
    const port = await new Promise<string>((resolve, reject) => {
      let address: string | undefined;
      lines.on("line", (line) => {
        said.push(line);
        address ??= /Server now running at https?:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
        if (address !== undefined && line.includes("Started flows")) resolve(address);
      });
      child.on("exit", () => reject(new Error(`Node-RED ended: ${said.slice(-10).join("\n")}`)));
    });
    return new NodeRed(child, folder, `http://127.0.0.1:${port}`, said);
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
