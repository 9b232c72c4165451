import { plant, zone } from "../../api/plant.ts";
import type { AlarmPresent } from "../../api/present.ts";
import { now } from "../../app/clock.ts";
import { duration } from "../../format/time.ts";
import { AcknowledgeButton } from "../../parts/alarm-actions.tsx";
import { alarmWords } from "../../parts/alarm-words.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { MachinePlace } from "../../parts/machine-place.tsx";
import { Scroll } from "../../parts/scroll.tsx";
import { type Head, Heads } from "../../parts/table.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.alarms;
const HEADS: readonly Head[] = [
  { head: words.priority, unseen: true },
  { head: words.firstRaised },
  { head: words.machine },
  { head: words.firstThen },
  { head: words.duration, number: true },
  { head: words.actions, unseen: true },
];
const RANK = { critical: 0, high: 1, medium: 2, low: 3 } as const;

interface FloodGroupsProps {
  readonly alarms: readonly AlarmPresent[];
  /** Since when it is a flood, ms since 1970: what stood before is no part of it. */
  readonly fromMs: number;
}

/** A flood's alarms, machine by machine in the order of their first ones. */
export function FloodGroups({ alarms, fromMs }: FloodGroupsProps) {
  const within = alarms.filter(({ raisedMs }) => raisedMs >= fromMs);
  const groups = [...Map.groupBy(within, ({ machine }) => machine)]
    .map(([machine, own]) => ({ machine, own: inOrder(own) }))
    .sort((a, b) => (a.own[0]?.raisedMs ?? 0) - (b.own[0]?.raisedMs ?? 0));
  return (
    <Scroll label={words.list}>
      <table>
        <Heads of={HEADS} />
        <tbody>
          {groups.map(({ machine, own }) => (
            <Group key={machine} machine={machine} alarms={own} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function inOrder(alarms: readonly AlarmPresent[]): readonly AlarmPresent[] {
  return [...alarms].sort((a, b) => a.raisedMs - b.raisedMs);
}

function Group({ machine, alarms }: { readonly machine: string; readonly alarms: readonly AlarmPresent[] }) {
  const [first, ...then] = alarms;
  if (first === undefined) return null;
  const worst = alarms.reduce((a, b) => (RANK[b.priority] < RANK[a.priority] ? b : a));
  const unacknowledged = alarms.filter(({ acknowledged }) => !acknowledged);
  return (
    <tr>
      <td>
        <Glyph
          priority={worst.priority}
          cleared={!alarms.some(({ active }) => active)}
          unacknowledged={unacknowledged.some(({ active }) => active)}
        />
      </td>
      <td class="nowrap">{zone.value.near(first.raisedMs, now.value)}</td>
      <td class="nowrap">
        <MachinePlace machine={machine} />
      </td>
      <td>
        <span class="strong">{alarmWords(first, plant.value)}</span>
        {then.length === 0 ? null : (
          <>
            <br />
            <span class="label">
              {words.thenOthers(then.map((each) => alarmWords(each, plant.value)).join("; "))}
            </span>
          </>
        )}
      </td>
      <td class="number nowrap">{duration(now.value - first.raisedMs)}</td>
      <td class="number nowrap">
        {unacknowledged.length === 0 ? null : <AcknowledgeButton alarms={unacknowledged} />}
      </td>
    </tr>
  );
}
