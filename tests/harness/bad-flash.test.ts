/* Each oracle of the trials can fail: a store that hides a record, shows an old one or answers with other bytes is found out by every kind. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Agent } from "../../host/index.js";
import { holdfast, type Store } from "../../host/proof/store.js";
import { parseTrial, runTrial, TRIAL_KINDS } from "../../host/proof/trial.js";

const test = suite("harness/bad-flash");
const SCRIPTS: Record<string, string> = { soak: "spi-nor-8m:b16:seed60:w0:f24:p300", years: "spi-nor-8m:b16:seed5:w5:f30:p30" };
const SCRIPT = "spi-nor-8m:b16:seed1:w3:f24:p10";

/** From the `first` boot on, an agent whose door `name` is another. */
function broken(first: number, change: (agent: Agent) => Partial<Agent>): Store {
  let boots = 0;
  return {
    ...holdfast,
    async open(flash, options) {
      const agent = await holdfast.open(flash, options);
      if (boots++ < first) return agent;
      const doors = change(agent);
      return new Proxy(agent, {
        get(target, name) {
          const door = doors[name as keyof Agent] ?? target[name as keyof Agent];
          return typeof door === "function" ? (door as () => unknown).bind(target) : door;
        },
      });
    },
  };
}

const loses = () =>
  broken(0, (agent) => {
    const isHidden = (id: string) => id.charCodeAt(1) % 4 === 0;
    return {
      list: ((...args: Parameters<Agent["list"]>) => [...agent.list(...args)].filter(({ id }) => !isHidden(id))) as Agent["list"],
      get: ((kind, id) => (isHidden(id) ? undefined : agent.get(kind, id))) as Agent["get"],
    };
  });

const garbles = () =>
  broken(0, (agent) => ({
    get: ((kind, id) => {
      const record = agent.get(kind, id);
      return record && { ...record, body: Uint8Array.from(record.body, (byte) => byte ^ 1) };
    }) as Agent["get"],
  }));

for (const [name, make] of Object.entries({ loses, garbles })) {
  for (const kind of TRIAL_KINDS) {
    test(`${kind}: a store that ${name} records is found out`, async () => {
      const { failures } = await runTrial(parseTrial(`${SCRIPTS[kind] ?? SCRIPT}:${kind}=0`), make());
      assert.ok(failures.length > 0);
      assert.match(
        failures.map(({ text }) => text).join("\n"),
        name === "loses" ? /missing|no state there was|script itself/ : /other bytes|no state there was|script itself/,
      );
    });
  }
}

test.run();
