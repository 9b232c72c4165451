/** What a process wanted to print and could not. Kept by whoever runs on without its output. */
export class OutputLoss {
  #writes = 0;
  #reason: string | undefined;

  /** Writes that failed; each is a line or a few. */
  get writes(): number {
    return this.#writes;
  }

  /** Why the last one failed; undefined while none has. */
  get reason(): string | undefined {
    return this.#reason;
  }

  failed(error: NodeJS.ErrnoException): void {
    this.#writes++;
    this.#reason = readerGone(error) ? "nobody reads it any more" : error.message;
  }
}

/** Whether a write failed because the reader at the other end of a pipe has gone away. */
export function readerGone({ code }: NodeJS.ErrnoException): boolean {
  return code === "EPIPE" || code === "ERR_STREAM_DESTROYED";
}
