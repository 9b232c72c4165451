/** How a PackML state is drawn: seven looks for seventeen states, and unknown, which is none of them. */
export type StateLook = "execute" | "held" | "suspended" | "stopped" | "idle" | "changing" | "unknown";

const LOOKS: Readonly<Record<string, StateLook>> = {
  Execute: "execute",
  Held: "held",
  Aborted: "held",
  Suspended: "suspended",
  Stopped: "stopped",
  Idle: "idle",
  Complete: "idle",
};

/** The look of a state by its PackML name; what is on its way from one to another is `changing`. */
export function lookOf(state: string | null | undefined): StateLook {
  if (state === null || state === undefined || state === "unknown") return "unknown";
  return LOOKS[state] ?? "changing";
}
