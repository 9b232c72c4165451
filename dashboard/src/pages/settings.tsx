import type { HealthAnswer } from "../api/answers.ts";
import { zone as plantZone } from "../api/plant.ts";
import { useQuery } from "../api/query.ts";
import { logOut } from "../api/session.ts";
import { who } from "../api/who.ts";
import { now } from "../app/clock.ts";
import { type Preferences, prefer, preferences } from "../app/preferences.ts";
import { Section } from "../parts/section.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { Verdict } from "../parts/verdict.tsx";
import { texts } from "../texts/en.ts";

const { settings } = texts;

/** What this browser keeps, the keys, and how the data center does. */
export default function SettingsPage() {
  const { theme, scale, zone } = preferences.value;
  const open = who.value.state === "open";
  return (
    <>
      <Verdict sentence={settings.title} rest={open ? settings.kept : settings.keptInBrowser} />
      <section class="section settings">
        <Person />
        <div>
          <span class="label">{settings.theme}</span>
          <Segmented<Preferences["theme"]>
            label={settings.theme}
            options={[
              ["system", settings.system],
              ["light", settings.light],
              ["dark", settings.dark],
            ]}
            value={theme}
            onChoose={(value) => prefer({ theme: value })}
          />
        </div>
        <div>
          <span class="label">{settings.zone}</span>
          <Segmented<Preferences["zone"]>
            label={settings.zone}
            options={[
              ["plant", settings.zonePlant],
              ["browser", settings.zoneBrowser],
              ["utc", "UTC"],
            ]}
            value={zone}
            onChoose={(value) => prefer({ zone: value })}
          />
        </div>
        <div>
          <span class="label">{settings.scale}</span>
          <Segmented<Preferences["scale"]>
            label={settings.scale}
            options={[
              ["desk", settings.desk],
              ["wall", settings.wall],
            ]}
            value={scale}
            onChoose={(value) => prefer({ scale: value })}
          />
        </div>
      </section>
      <section class="section">
        <h2>{settings.keys}</h2>
        <table class="keys">
          <tbody>
            {settings.keyList.map(([key, words]) => (
              <tr key={key}>
                <td>
                  <kbd>{key}</kbd>
                </td>
                <td>{words}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <Health />
    </>
  );
}

/** Who is here: the login, or the name that this browser is told. */
function Person() {
  const is = who.value;
  if (is.state === "in") {
    return (
      <div>
        <span class="label">{texts.login.as}</span>
        <span>
          <b>{is.name}</b> ({is.role}){" "}
          {is.endsMs === undefined ? null : (
            <span class="label">{texts.login.until(plantZone.value.near(is.endsMs, now.value))}</span>
          )}{" "}
          <button type="button" class="btn" onClick={() => void logOut()}>
            {texts.login.out}
          </button>
        </span>
      </div>
    );
  }
  return (
    <label>
      <span class="label">{settings.person}</span>
      <input
        class="field"
        value={preferences.value.person}
        maxLength={80}
        autoComplete="name"
        onChange={(event) => prefer({ person: event.currentTarget.value.trim() })}
      />
    </label>
  );
}

function Health() {
  const { data, problem, reload } = useQuery<HealthAnswer>("/api/health", [], 5);
  return (
    <Section title={settings.health} note={data?.version} of={{ problem, reload }}>
      <table>
        <tbody>
          {data?.checks.map(({ name, ok, detail }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class={ok ? "" : "high strong"}>{ok ? settings.fine : settings.notFine}</td>
              <td class="label">{detail}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
