import type { ApiAnswer } from "../door.ts";
import { bodyOf } from "./bodies.ts";
import { bulk, failure, notThere, responseDetail, success } from "./envelope.ts";
import type { Subscription, Subscriptions } from "./subscriptions.ts";

/** What is asked of subscriptions, below `/subscriptions`; the stream is apart, being no answer. */
export const SUBSCRIPTION_PATHS = ["", "/list", "/delete", "/register", "/unregister", "/sync"] as const;
type SubscriptionPath = (typeof SUBSCRIPTION_PATHS)[number];

/** Answers what is asked of subscriptions. */
export class SubscriptionDoor {
  readonly #subscriptions: Subscriptions;
  readonly #onRegistered: (subscription: Subscription) => void;

  /** @param onRegistered hears that somebody wants to know what objects are now */
  constructor(subscriptions: Subscriptions, onRegistered: (subscription: Subscription) => void) {
    this.#subscriptions = subscriptions;
    this.#onRegistered = onRegistered;
  }

  /** @param caller who asks: each has a share of its own */
  answer(path: SubscriptionPath, body: unknown, caller: string): ApiAnswer {
    this.#subscriptions.expire();
    switch (path) {
      case "":
        return this.#create(body, caller);
      case "/list":
        return this.#eachOf(body, ({ id, displayName, objects }) => ({
          subscriptionId: id,
          displayName,
          monitoredObjects: Array.from(objects, ([elementId, maxDepth]) => ({ elementId, maxDepth })),
        }));
      case "/delete":
        return this.#eachOf(body, (subscription) => {
          this.#subscriptions.delete(subscription);
          return null;
        });
      case "/register":
        return this.#register(body);
      case "/unregister":
        return this.#unregister(body);
      case "/sync":
        return this.#sync(body);
    }
  }

  /** The subscription that a stream is asked for, or why there is none. */
  streamed(body: unknown): Subscription | ApiAnswer {
    this.#subscriptions.expire();
    const asked = bodyOf("stream", body);
    if (typeof asked === "string") return failure(400, asked);
    const found = this.#subscriptions.find(asked.clientId, asked.subscriptionId);
    return found ?? unknown(asked.subscriptionId);
  }

  #create(body: unknown, caller: string): ApiAnswer {
    const asked = bodyOf("create", body);
    if (typeof asked === "string") return failure(400, asked);
    const made = this.#subscriptions.create(caller, asked.clientId, asked.displayName);
    if (made === undefined) {
      const { subscriptions } = this.#subscriptions.limits;
      return failure(
        429,
        `there are ${subscriptions} subscriptions already, ${this.#subscriptions.of(caller)} of them of ${caller}, and no other caller has more: delete one, or wait until one expires`,
      );
    }
    const { id, clientId, displayName } = made;
    return success({ clientId, subscriptionId: id, displayName });
  }

  #eachOf(body: unknown, resultOf: (subscription: Subscription) => unknown): ApiAnswer {
    const asked = bodyOf("subscriptions", body);
    if (typeof asked === "string") return failure(400, asked);
    return bulk("subscriptionId", asked.subscriptionIds, (id) => {
      const found = this.#subscriptions.find(asked.clientId, id);
      return found === undefined ? notThere("Subscription", id) : { result: resultOf(found) };
    });
  }

  #register(body: unknown): ApiAnswer {
    const asked = bodyOf("register", body);
    if (typeof asked === "string") return failure(400, asked);
    const found = this.#subscriptions.find(asked.clientId, asked.subscriptionId);
    if (found === undefined) return unknown(asked.subscriptionId);
    this.#subscriptions.touch(found);
    const answer = bulk("elementId", asked.elementIds, (id) => {
      const refused = this.#subscriptions.register(found, id, asked.maxDepth ?? 1);
      if (refused === "unknown") return notThere("Element", id);
      if (refused === undefined) return { result: null };
      const { objects } = this.#subscriptions.limits;
      return { detail: responseDetail(400, `a subscription has at most ${objects} objects`) };
    });
    this.#onRegistered(found);
    return answer;
  }

  #unregister(body: unknown): ApiAnswer {
    const asked = bodyOf("unregister", body);
    if (typeof asked === "string") return failure(400, asked);
    const found = this.#subscriptions.find(asked.clientId, asked.subscriptionId);
    if (found === undefined) return unknown(asked.subscriptionId);
    this.#subscriptions.touch(found);
    return bulk("elementId", asked.elementIds, (id) => {
      if (!found.objects.has(id)) return notThere("Registered element", id);
      found.forget(id);
      return { result: null };
    });
  }

  #sync(body: unknown): ApiAnswer {
    const asked = bodyOf("sync", body);
    if (typeof asked === "string") return failure(400, asked);
    const found = this.#subscriptions.find(asked.clientId, asked.subscriptionId);
    if (found === undefined) return unknown(asked.subscriptionId);
    if (found.streams) return failure(409, "the subscription has an open stream: close it before sync");
    const { batches, dropped } = this.#subscriptions.sync(found, asked.lastSequenceNumber);
    if (!dropped) return success(batches);
    const { updates, bytes } = this.#subscriptions.limits;
    return success(
      batches,
      `the oldest updates were dropped: ${updates} updates and ${bytes} bytes are kept for a subscription`,
    );
  }
}

function unknown(id: string): ApiAnswer {
  return failure(404, `Subscription not found: ${id.slice(0, 100)}`);
}
