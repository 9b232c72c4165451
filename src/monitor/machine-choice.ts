/** Which machines are asked for, by the levels of their addresses; a level that is left out can be anything. */
export interface MachineChoice {
  readonly site?: string | undefined;
  readonly line?: string | undefined;
  readonly step?: string | undefined;
  readonly machine?: string | undefined;
}

/** Whether a machine (`<site>/<line>/<step>/<machine>`) is asked for. */
export function isChosen(key: string, choice: MachineChoice | undefined): boolean {
  if (choice === undefined) return true;
  const [site, line, step, machine] = key.split("/");
  return (
    (choice.site === undefined || choice.site === site) &&
    (choice.line === undefined || choice.line === line) &&
    (choice.step === undefined || choice.step === step) &&
    (choice.machine === undefined || choice.machine === machine)
  );
}
