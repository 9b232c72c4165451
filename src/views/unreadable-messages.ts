import type { View } from "./view.ts";

/** The messages of the log that no view can use, each as a finding. */
export const unreadableMessages: View = {
  name: "unreadable-messages",
  version: 1,
  consumes: [],
  tables: [],
  fold() {},
  foldUnreadable({ id, topicText, receivedAtMs, detail }, store) {
    store.report({
      key: String(id),
      reason: "unreadable_message",
      detail,
      subject: topicText,
      atMs: receivedAtMs,
      messageId: id,
    });
  },
};
