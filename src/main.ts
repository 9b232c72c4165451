import { writeSync } from "node:fs";
import { argv, cwd } from "node:process";
import { asJournalErrors } from "./adapters/terminal/notices.ts";
import { OutputLoss, readerGone } from "./adapters/terminal/output-loss.ts";
import { processTerminal } from "./adapters/terminal/terminal.ts";
import { runProgram } from "./commands/program.ts";
import { asConcheError, errorReport, exitCodeOf } from "./commands/report-error.ts";
import type { Presentation, Surroundings } from "./commands/run-command.ts";
import { requestStop } from "./commands/stop-signal.ts";
import { journalStream, processEnvironment } from "./config/environment.ts";
import { ConcheError } from "./errors/conche-error.ts";

/**
 * Runs the words after `conche`, and is the one place where an error is printed. Sets the exit code, and leaves
 * the process once what was written has gone out.
 */
export async function main(words: string[]): Promise<void> {
  // What it writes (log, outbox, exports, journals) is for its own user; who else may read is for that user to say.
  process.umask(0o077);
  const environment = processEnvironment();
  // Until the configuration is read, what stands on the command line decides how an error looks.
  const presentation: Presentation = {
    json: words.includes("--json") || environment.CONCHE_JSON === "true",
    debug: words.includes("--debug") || environment.CONCHE_DEBUG === "true",
    outlivesOutput: false,
  };
  const loss = new OutputLoss();
  const terminal = processTerminal(loss, journalStream());
  const fail = (thrown: unknown): void => {
    const error = asConcheError(thrown);
    const report = errorReport(error, presentation.json, presentation.debug);
    printError(terminal.journal === true ? asJournalErrors(report) : report);
    process.exit(exitCodeOf(error));
  };
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  watchOutput(presentation, loss, fail);
  const surroundings: Surroundings = { environment, workingFolder: cwd(), terminal, presentation };
  try {
    process.exitCode = await runProgram(words, surroundings);
  } catch (thrown) {
    await written();
    fail(thrown);
  }
}

/**
 * `conche log export | head`: a command that prints ends with its reader, and fails where its output can't be written.
 * What serves others goes on, counts what is lost, and says so in health and metrics: a full disk beside it, or a log
 * collector that was restarted, must not end a data center.
 */
function watchOutput(presentation: Presentation, loss: OutputLoss, fail: (thrown: unknown) => void): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (presentation.outlivesOutput) loss.failed(error);
    else if (!readerGone(error)) fail(outputUnwritable(error));
    else if (!requestStop()) process.exit(0);
  });
  // Where errors can't be shown any more, nothing is left to do about it.
  process.stderr.on("error", () => {});
}

function outputUnwritable(error: NodeJS.ErrnoException): ConcheError {
  const message = `standard output can't be written: ${error.message}`;
  return new ConcheError("CONCHE_OUTPUT_UNWRITABLE", { message, cause: error });
}

/** Synchronous: the process leaves right after. */
function printError(report: string): void {
  try {
    writeSync(process.stderr.fd, report);
  } catch {
    process.stderr.write(report);
  }
}

/** Resolves when everything written to stdout has been handed over. */
async function written(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.stdout.write("", () => resolve());
  });
}

// `node src/main.ts up`, as npm start does; bin/conche.mjs imports this file instead.
if (import.meta.main) await main(argv.slice(2));
