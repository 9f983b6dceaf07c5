/*
 * The owner of the handset: edits an address, deletes a note, takes pictures. All from a seed.
 */

import type { Agent, Kind } from "../index.js";
import { ABOUT, bytesOf, mix, pick } from "../proof/chance.js";
import type { Held, Model } from "../proof/model.js";

const PICTURE_KINDS: ReadonlySet<string> = new Set(["photo", "mail", "vault"]);
const BATCH_EDITS = 5;

export class Owner {
  private readonly seed: number;
  private readonly model: Model;
  private serial = 0;

  constructor(seed: number, model: Model) {
    this.seed = seed;
    this.model = model;
  }

  /** One thing the owner does in a minute: an edit, a new message, a deletion, several edits at once, or nothing. */
  act(agent: Agent): void {
    const at = this.pick(100);
    if (at < 50) this.edit(agent);
    else if (at < 65) this.message(agent);
    else if (at < 80) this.remove(agent);
    else if (at < 90) this.editTogether(agent);
    else agent.tick(1 + this.pick(4));
  }

  /** Takes a picture of `lengthBytes`, in the place of an older one once there are `most`. */
  photograph(agent: Agent, lengthBytes: number, most: number): void {
    const serial = this.serial++;
    const id = `dc10${(serial % most).toString(16).padStart(12, "0")}`;
    agent.put("photo", bytesOf(this.seed, serial, lengthBytes, lengthBytes, true), { id, meta: { label: `picture ${serial}` } });
  }

  private edit(agent: Agent): void {
    const found = this.choose();
    if (found === undefined) this.message(agent);
    else agent.put(found.kind, edited(found.held.body, this.serial++), { id: found.id, meta: { label: found.held.label } });
  }

  private editTogether(agent: Agent): void {
    const chosen = new Map(
      Array.from({ length: BATCH_EDITS }, () => this.choose()).flatMap((one) => (one === undefined ? [] : [[one.id, one]])),
    );
    if (chosen.size === 0) return;
    agent.batch((batch) => {
      for (const { kind, id, held } of chosen.values())
        batch.put(kind, edited(held.body, this.serial++), { id, meta: { label: held.label } });
    });
  }

  private message(agent: Agent): void {
    const serial = this.serial++;
    const id = `5335${mix(this.seed, ABOUT.key, serial).toString(16).padStart(12, "0")}`;
    const text = bytesOf(this.seed, serial, 1, 40 + this.pick(280), false);
    agent.put("message", text, { id, meta: { label: `message ${serial}` } });
  }

  private remove(agent: Agent): void {
    const found = this.choose();
    if (found !== undefined) agent.remove(found.kind, found.id);
  }

  /** A record of text, any with equal chance. */
  private choose(): { kind: Kind; id: string; held: Held } | undefined {
    const keys = [...this.model.held.keys()].filter((key) => !PICTURE_KINDS.has(key.slice(0, key.indexOf("/"))));
    const key = keys[this.pick(keys.length)];
    if (key === undefined) return undefined;
    const [kind, id] = key.split("/") as [Kind, string];
    return { kind, id, held: this.model.held.get(key) as Held };
  }

  private pick(count: number): number {
    return pick(count, this.seed, ABOUT.step, this.serial++);
  }
}

const EDIT_LINE = /^X-HOLDFAST-EDIT:\d+(\r?\n)/m;
const LAST_LINE = /(^END:[^\r\n]*(\r?\n)?$)(?![\s\S]*^END:)/m;

/** The text with one property set, every other byte as it was; a text that has no properties gets another ending. */
export function edited(body: Uint8Array, serial: number): Uint8Array {
  // One character a byte: whatever the encoding, the untouched bytes go through unchanged.
  const text = Buffer.from(body).toString("latin1");
  const line = `X-HOLDFAST-EDIT:${serial}`;
  if (EDIT_LINE.test(text)) return bytes(text.replace(EDIT_LINE, `${line}$1`));
  const end = LAST_LINE.exec(text);
  if (end !== null) return bytes(`${text.slice(0, end.index)}${line}${text.includes("\r\n") ? "\r\n" : "\n"}${text.slice(end.index)}`);
  return bytes(`${text.replace(/ \(edited \d+\)$/, "")} (edited ${serial})`);
}

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}
