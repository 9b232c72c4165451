import { spawnSync } from "node:child_process";

/** Debian's own Python, whose packages `.ci/run` installs. */
export const PYTHON = "/usr/bin/python3";

/** Why tests that need Paho's client for Python are skipped; false where it is there. */
export const NO_PAHO: string | false =
  spawnSync(PYTHON, ["-c", "import paho.mqtt"]).status !== 0 && "needs python3 and python3-paho-mqtt";
