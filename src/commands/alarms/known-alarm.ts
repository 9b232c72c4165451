import { ConcheError } from "../../errors/conche-error.ts";
import { suggestion } from "../../errors/nearest-name.ts";
import { type AlarmNow, alarmNow } from "../../monitor/alarms/alarm-list.ts";
import { ALARMS } from "../../monitor/alarms/alarm-tables.ts";
import { machineMeant } from "../../plant/machine-meant.ts";
import type { ViewReading } from "../../views/view-table.ts";

/**
 * The alarm that a person means by a machine's name, or its whole address, and the alarm's id.
 * @throws ConcheError CONCHE_USAGE where there is none, or more than one
 */
export function knownAlarm(reading: ViewReading, machine: string, alarmId: string, nowMs: number): AlarmNow {
  const known = [...reading.rows(ALARMS).range()];
  const fits = known.filter((row) => row.machine === machine || row.machine.endsWith(`/${machine}`));
  const found = fits.filter((row) => row.alarm_id === alarmId);
  const [first] = found;
  if (first === undefined) {
    const ids = fits.map((row) => row.alarm_id);
    throw new ConcheError("CONCHE_USAGE", {
      message:
        ids.length === 0
          ? `no alarm of a machine ${machine} was ever heard of${machineMeant(
              machine,
              known.map((row) => row.machine),
            )}`
          : `nothing was ever heard of an alarm ${alarmId} of ${machine}${suggestion(alarmId, ids)}`,
      hint: ids.length === 0 ? "`conche alarms history` lists machines" : `its alarms are ${ids.join(", ")}`,
    });
  }
  if (found.length > 1) {
    throw new ConcheError("CONCHE_USAGE", {
      message: `${machine} is the name of ${found.length} machines`,
      hint: `give the whole address: ${found.map((row) => row.machine).join(" or ")}`,
    });
  }
  const alarm = alarmNow(reading, first.machine, alarmId, nowMs);
  if (alarm === undefined) throw new TypeError(`${first.machine} ${alarmId} has just been read`);
  return alarm;
}
