import { ConcheError, messageOf } from "../errors/conche-error.ts";
import { divergence, type LogPosition } from "../log/log-position.ts";
import type { LoggedMessage, UnreadableMessage } from "../log/logged-message.ts";
import { isReadable, MessageReader, type StoredContent } from "../log/message-reader.ts";
import { type Changes, ChangeTally } from "./changes.ts";
import type { FollowerStatus } from "./follower-status.ts";
import type { View, ViewStore } from "./view.ts";
import type { Standing, ViewEdition, ViewsStore } from "./views-store.ts";

/** What a follower is made of. */
export interface FollowerDependencies {
  readonly views: readonly View[];
  readonly log: FollowedLog;
  readonly store: ViewsStore;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  /** The longest work between two commits, milliseconds; {@link CATCH_UP_MS} unless told otherwise. */
  readonly portionMs?: number;
  /** Hears what an operator should know. */
  readonly onNotice?: (notice: FollowerNotice) => void;
}

/** Something that happened to the views as a whole. */
export interface FollowerNotice {
  readonly kind: "log-replaced" | "rebuilding" | "rebuilt";
  readonly text: string;
}

/** How many messages a step folded, and whether there are more. */
export interface Step {
  /** Whether every view has everything of the log. */
  readonly atEnd: boolean;
  readonly folded: number;
  /** What is new for those who ask; undefined when nothing is. */
  readonly changes: Changes | undefined;
}

/** Messages read at a time; the time is looked at between. */
const CHUNK = 500;
/** Characters of payloads that are decoded at a time, or one message that has more; 500 of a line have 300,000. */
const DECODED_CHARACTERS = 1024 * 1024;
/** Work between two commits, milliseconds: a big transaction is cheaper per message, and a kill repeats at most this. */
const CATCH_UP_MS = 1_000;
/** The same while views at the log's end wait for their turn beside one that is being rebuilt. */
const SHARED_MS = 100;
const MINUTE_MS = 60_000;

interface Followed {
  readonly edition: number;
  readonly view: View;
  readonly standing: Standing;
  position: LogPosition;
  newestReceivedMs: number;
  readonly consumes: ReadonlySet<string>;
  store: ViewStore;
}

/**
 * Folds a log into views, by position and never by time. Each step folds one portion and commits rows and positions
 * together. A view answers from the moment on when it has been at the log's end once. Views at the same position share
 * each message's decoding; one that is behind (new, of a new version, or being rebuilt) catches up in turn with the
 * others, which go on.
 */
export class Follower {
  readonly #dependencies: FollowerDependencies;
  readonly #reader = new MessageReader();
  #followed: Followed[] = [];
  #end: LogPosition;
  #headHadTurn = false;

  /** Makes what is missing, goes on where the last one stood. */
  constructor(dependencies: FollowerDependencies) {
    this.#dependencies = dependencies;
    this.#end = dependencies.log.end();
    this.#open();
  }

  /**
   * Folds one portion, or finds that there is nothing to fold.
   * @param atMostMs - work before the commit, milliseconds, where less than usual is wanted
   * @throws ConcheError of log or store; nothing of the step is kept then, and the next one begins where it began
   */
  step(atMostMs = Number.POSITIVE_INFINITY): Step {
    try {
      return this.#step(atMostMs);
    } catch (error) {
      this.#dependencies.store.rollback();
      this.#open();
      throw error;
    }
  }

  /** Builds a view anew beside itself. The one that is there goes on, and answers until the new one has caught up. */
  rebuild(name: string): void {
    const view = this.#dependencies.views.find((each) => each.name === name);
    if (view === undefined) return;
    const begun = this.#followed.filter((each) => each.view === view && each.standing === "building");
    this.#dependencies.store.remove(begun.map(({ edition }) => edition));
    this.#dependencies.store.create(view, "building");
    this.#notice("rebuilding", `view ${name} is built anew; the one that is there answers until then`);
    this.#open();
  }

  /** How far every edition has come. */
  status(): FollowerStatus {
    const logEnd = this.#end.id;
    const views = this.#followed.map(({ edition, view, standing, position, newestReceivedMs }) => ({
      edition,
      name: view.name,
      version: view.version,
      standing,
      position: position.id,
      lagMessages: Math.max(0, logEnd - position.id),
      newestReceivedMs,
      findings: this.#dependencies.store.findings(edition),
    }));
    return { logEnd, views };
  }

  #step(atMostMs: number): Step {
    for (const name of this.#dependencies.store.takeRebuildRequests()) this.rebuild(name);
    this.#end = this.#dependencies.log.end();
    this.#requireSameLog();
    const begun = this.#promoteCaughtUp();
    const group = this.#nextGroup();
    if (group === undefined)
      return { atEnd: true, folded: 0, changes: begun ? this.#everything() : undefined };
    const { members, throughId, forMs } = group;
    const changes = members.some(({ standing }) => standing === "answering") ? new ChangeTally() : undefined;
    const folded = this.#fold(members, throughId, Math.min(forMs, atMostMs), changes);
    const promoted = this.#promoteCaughtUp() || begun;
    const atEnd = this.#followed.every(({ position }) => position.id >= this.#end.id);
    const changed = changes?.changes(Math.max(...members.map(({ position }) => position.id)));
    return { atEnd, folded, changes: promoted ? this.#everything() : changed };
  }

  /** The views whose turn it is, and how far they go: to where others stand, with whom they then go on together. */
  #nextGroup(): { members: Followed[]; throughId: number; forMs: number } | undefined {
    const end = this.#end.id;
    const places = [...new Set(this.#followed.map(({ position }) => position.id))].sort((a, b) => a - b);
    const behind = places.filter((id) => id < end);
    const last = behind.at(0);
    const head = places.at(-1);
    if (last === undefined || head === undefined) return undefined;
    const headWaits = head < end && head !== last && !this.#headHadTurn;
    this.#headHadTurn = headWaits;
    const at = headWaits ? head : last;
    const next = places.find((id) => id > at) ?? end;
    return {
      members: this.#followed.filter(({ position }) => position.id === at),
      throughId: Math.min(next, end),
      forMs: this.#dependencies.portionMs ?? (places.length > 1 ? SHARED_MS : CATCH_UP_MS),
    };
  }

  #fold(members: Followed[], throughId: number, forMs: number, changes: ChangeTally | undefined): number {
    const { log, store, now } = this.#dependencies;
    const until = now() + forMs;
    let at = members[0]?.position.id ?? 0;
    let newest = 0;
    let folded = 0;
    while (at < throughId) {
      const entries = log.read(at, throughId, CHUNK);
      for (const { receivedAt } of entries) if (receivedAt > newest) newest = receivedAt;
      for (const some of bySize(entries)) this.#foldAll(some, members, changes);
      folded += entries.length;
      at = entries.at(-1)?.id ?? throughId;
      if (now() >= until) break;
    }
    const position = this.#positionAt(at);
    for (const member of members) {
      const before = member.newestReceivedMs;
      member.position = position;
      member.newestReceivedMs = Math.max(before, newest);
      const minute = cutToMinute(member.newestReceivedMs);
      if (minute > cutToMinute(before)) member.view.retain?.(minute, member.store);
    }
    store.commit(members.map(progressOf));
    return folded;
  }

  /** View by view: what a view works on is at hand then, in the processor's caches, too. */
  #foldAll(
    entries: readonly StoredContent[],
    members: readonly Followed[],
    changes: ChangeTally | undefined,
  ): void {
    const messages = entries.map((entry) => this.#reader.read(entry));
    for (const message of messages) if (isReadable(message)) changes?.add(message);
    for (const member of members) {
      for (const message of messages) foldOne(message, member);
    }
  }

  #positionAt(id: number): LogPosition {
    if (id === this.#end.id) return this.#end;
    return { logId: this.#end.logId, id, checksum: this.#dependencies.log.checksum(id) ?? 0 };
  }

  /** Starts over when the log is another one, or was put back to an earlier state, since the last step. */
  #requireSameLog(): void {
    const { log } = this.#dependencies;
    const why = this.#followed
      .map(({ position }) => divergence(position, this.#end, (id) => log.checksum(id)))
      .find((difference) => difference !== undefined);
    if (why === undefined) return;
    const { store, views } = this.#dependencies;
    store.remove(store.editions().map(({ edition }) => edition));
    for (const view of views) store.create(view, "building");
    this.#notice("log-replaced", `${why}: all views are built anew`);
    this.#open();
  }

  /** Lets editions answer that have caught up; true where there were any: what they answer may be all new. */
  #promoteCaughtUp(): boolean {
    const caughtUp = this.#followed.filter(
      ({ standing, position }) => standing === "building" && position.id >= this.#end.id,
    );
    if (caughtUp.length === 0) return false;
    const { store } = this.#dependencies;
    for (const { edition, view } of caughtUp) {
      const answered = store
        .editions()
        .some(({ name, standing }) => name === view.name && standing === "answering");
      store.promote(edition);
      if (!answered) continue; // nobody was told of it
      this.#notice("rebuilt", `view ${view.name} has caught up: version ${view.version} answers from now on`);
    }
    this.#open();
    return true;
  }

  #everything(): Changes {
    return {
      position: Math.max(0, ...this.#followed.map(({ position }) => position.id)),
      machines: undefined,
    };
  }

  /** Brings what is kept in line with the views there are, and opens what is to be folded. */
  #open(): void {
    const { store, views } = this.#dependencies;
    const kept = store.editions();
    const follow: ViewEdition[] = [];
    const keep = new Set<number>();
    for (const view of views) {
      const own = kept.filter(({ name }) => name === view.name);
      const answering = own.find(({ standing }) => standing === "answering");
      const usable = (edition: ViewEdition) => edition.version === view.version && edition.fits(view);
      const building = own.find((edition) => edition.standing === "building" && usable(edition));
      if (answering !== undefined) keep.add(answering.edition);
      if (building !== undefined) follow.push(building);
      if (answering !== undefined && usable(answering)) follow.push(answering);
      else if (building === undefined) {
        if (answering !== undefined) {
          this.#notice("rebuilding", `view ${view.name} is built anew: version ${view.version}`);
        }
        // Half of a log is no answer: "never heard of it" has to be true.
        follow.push(store.create(view, "building"));
      }
    }
    for (const { edition } of follow) keep.add(edition);
    store.remove(kept.filter(({ edition }) => !keep.has(edition)).map(({ edition }) => edition));
    this.#followed = follow.map((edition) => this.#follow(edition));
  }

  #follow(edition: ViewEdition): Followed {
    const view = this.#dependencies.views.find(({ name }) => name === edition.name);
    if (view === undefined) throw new TypeError(`no view ${edition.name}`); // editions are chosen by their views
    return {
      edition: edition.edition,
      view,
      standing: edition.standing,
      position: edition.position,
      newestReceivedMs: edition.newestReceivedMs,
      consumes: new Set(view.consumes),
      store: this.#dependencies.store.open(edition.edition, view),
    };
  }

  #notice(kind: FollowerNotice["kind"], text: string): void {
    this.#dependencies.onNotice?.({ kind, text });
  }
}

/** In order, as many together as may be decoded at a time. */
function* bySize(entries: readonly StoredContent[]): Generator<readonly StoredContent[]> {
  let begin = 0;
  let characters = 0;
  for (const [index, { payload }] of entries.entries()) {
    if (characters + payload.length > DECODED_CHARACTERS && index > begin) {
      yield entries.slice(begin, index);
      begin = index;
      characters = 0;
    }
    characters += payload.length;
  }
  if (begin < entries.length) yield begin === 0 ? entries : entries.slice(begin);
}

function foldOne(message: LoggedMessage | UnreadableMessage, { view, store, consumes }: Followed): void {
  if (!isReadable(message)) {
    view.foldUnreadable?.(message, store);
    return;
  }
  if (!consumes.has(message.type)) return;
  try {
    view.fold(message, store);
  } catch (error) {
    if (error instanceof ConcheError) throw error; // of the store
    // A defect in a view must not keep the others from going on, nor this one.
    store.report({
      key: `not_folded ${message.id}`,
      reason: "not_folded",
      detail: `the view failed over the message: ${messageOf(error)}`,
      subject: message.topic.machineKey,
      atMs: message.atMs,
      messageId: message.id,
    });
  }
}

function progressOf({ edition, position, newestReceivedMs }: Followed) {
  return { edition, position, newestReceivedMs };
}

function cutToMinute(ms: number): number {
  return ms - (ms % MINUTE_MS);
}

/** PORT. A log read by position, beside whoever writes it. */
export interface FollowedLog {
  /** Where it ends at the moment. */
  end(): LogPosition;
  /** The messages after `afterId`, in the order of their ids, up to `throughId`, at most `limit`. */
  read(afterId: number, throughId: number, limit: number): readonly StoredContent[];
  /** The checksum of a message as in {@link LogPosition}; undefined where the log has none of that id. */
  checksum(id: number): number | undefined;
}
