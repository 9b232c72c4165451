import { type NotifyPlan, readNotifyPlan } from "../../notify/notify-plan.ts";
import { type FileKind, loadModel } from "./model-file.ts";

const NOTIFY_FILE: FileKind = {
  name: "notification file",
  model: "notification file",
  maxBytes: 1024 * 1024,
  unreadable: "CONCHE_NOTIFY_UNREADABLE",
  invalid: "CONCHE_NOTIFY_INVALID",
  hint: "name the file with --notify FILE",
};

/**
 * Loads a notification file.
 * @param timezone the plant's: what quiet hours are told by
 * @throws ConcheError CONCHE_NOTIFY_UNREADABLE; CONCHE_NOTIFY_INVALID with everything that is wrong, one finding a line
 */
export function loadNotifyPlan(path: string, timezone: string): Promise<NotifyPlan> {
  return loadModel(path, NOTIFY_FILE, (document) => {
    const reading = readNotifyPlan(document, timezone);
    return reading.kind === "plan" ? { kind: "model", model: reading.plan } : reading;
  });
}
