// A record of the handset, where one that cannot be read is an answer and not an error.
import type { Agent, Kind, StoredRecord } from "../agent/types.js";
import { HoldfastError } from "../errors.js";

/** undefined: it is not there. Errors: what the agent throws, but for CORRUPT. */
export function readable(agent: Pick<Agent, "get">, kind: Kind, id: string): StoredRecord | "damaged" | undefined {
  try {
    return agent.get(kind, id);
  } catch (error) {
    if (error instanceof HoldfastError && error.code === "CORRUPT") return "damaged";
    throw error;
  }
}
