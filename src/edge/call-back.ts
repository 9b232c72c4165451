/** Calls what a user of the library gave us: an error in there is theirs to see, and must not stop what we are doing. */
export function callBack(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
