import type { TestContext } from "node:test";

const works = new WeakMap<Pick<TestContext, "after">, (() => unknown)[]>();

/**
 * Does this after the test: the newest first, so that a folder is removed when the processes that write to it have
 * ended; and each one, whatever the others threw. Node's own order is the oldest first, up to the first that throws.
 */
export function afterwards(context: Pick<TestContext, "after">, work: () => unknown): void {
  const earlier = works.get(context);
  if (earlier !== undefined) {
    earlier.push(work);
    return;
  }
  const all = [work];
  works.set(context, all);
  context.after(async () => {
    const errors: unknown[] = [];
    for (let next = all.pop(); next !== undefined; next = all.pop()) {
      try {
        await next();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, "after the test");
  });
}
