/** Who speaks to a broker, as far as rules can tell. */
export interface Subject {
  readonly clientId: string;
  /** Undefined where nobody has to say who they are. */
  readonly user: string | undefined;
  /** Address of the other end. */
  readonly remote: string;
}

/**
 * PORT. Who may publish, subscribe and receive on a broker. Asked between two packets, for every message that goes out
 * and for every other one that comes in: an answer costs no more than looking something up.
 */
export interface AccessRules {
  /**
   * Counted up whenever an answer may have become another one. What a broker remembers of an answer counts for its
   * epoch only, so that a right that is taken away ends with the next packet.
   */
  readonly epoch: number;
  /** Why the subject may not publish on the topic, in words for it; undefined where it may. Wills are asked for twice. */
  publishRefusal(subject: Subject, topic: string): string | undefined;
  /** Why the subject may not subscribe to the filter, in words for it; undefined where it may. */
  subscribeRefusal(subject: Subject, filter: string): string | undefined;
  /** Whether a message on the topic may go to the subject, whatever it has subscribed to before. */
  mayReceive(subject: Subject, topic: string): boolean;
}
