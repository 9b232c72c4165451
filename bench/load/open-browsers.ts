// Browsers with the page Line open, without the drawing: each follows the changes of a line and asks anew what the page
// asks, four times a second at most. Prints "open" when all of them follow, and ends with SIGTERM.
//
//   node bench/load/open-browsers.ts '{"http":"http://127.0.0.1:8080","browsers":50,"line":"tunis-01/line-a"}'

/** What to run. */
export interface BrowsersOrder {
  readonly http: string;
  readonly browsers: number;
  /** `<site>/<line>` */
  readonly line: string;
}

/** As the dashboard does it (dashboard/src/api/live.ts). */
const QUIET_MS = 250;

const { http, browsers, line }: BrowsersOrder = JSON.parse(process.argv[2] ?? "{}");
const [site, id] = line.split("/");
const questions = [
  `/api/now?site=${site}&line=${id}`,
  `/api/tags?site=${site}&line=${id}&limit=10000`,
  `/api/alarms?site=${site}&line=${id}`,
];

async function browse(opened: () => void): Promise<void> {
  const answer = await fetch(`${http}/api/live?of=line:${line},alarms`);
  opened();
  let asking = false;
  const decoder = new TextDecoder();
  for await (const part of answer.body ?? []) {
    if (asking || !decoder.decode(part).includes("event: change")) continue;
    asking = true;
    void Promise.all(questions.map(async (path) => (await fetch(http + path)).arrayBuffer()))
      .catch(() => {}) // the data center ends before its browsers
      .finally(() => setTimeout(() => (asking = false), QUIET_MS));
  }
}

let open = 0;
process.on("SIGTERM", () => process.exit(0));
for (let browser = 0; browser < browsers; browser++) {
  const opened = () => {
    open++;
    if (open === browsers) process.stdout.write("open\n");
  };
  browse(opened).catch(() => {});
}
