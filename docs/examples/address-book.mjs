// An address book in under 60 lines: contacts in a flash image, found by name or number, changed one line at a time.
//
//   node docs/examples/address-book.mjs book.flash add "Zoe Washburne" "+1 202 555 0101"
//   node docs/examples/address-book.mjs book.flash find zoe
//   node docs/examples/address-book.mjs book.flash call 2025550101          who is calling?
//   node docs/examples/address-book.mjs book.flash number ID "+1 202 555 0142"
import { existsSync } from "node:fs";
import { formatFlash, openAgent } from "holdfast";
import { FileFlash, presets } from "holdfast/flash";
import { contactView, patched } from "holdfast/text";

const [image, verb, ...words] = process.argv.slice(2);
if (image === undefined || verb === undefined) {
  console.error("usage: address-book.mjs IMAGE add|find|call|number ...");
  process.exit(2);
}

const isNew = !existsSync(image);
const flash = isNew ? FileFlash.create(image, presets["spi-nor-8m"]) : FileFlash.open(image);
if (isNew) await formatFlash(flash);
const agent = await openAgent(flash);

const digits = (number) => number.replace(/\D/g, "").slice(-9); // the last nine tell a caller, whatever the prefix
const card = (name, number) => `BEGIN:VCARD\r\nVERSION:3.0\r\nFN:${name}\r\nN:${name};;;;\r\nTEL:${number}\r\nEND:VCARD\r\n`;

function show({ id }) {
  const { name, phones } = contactView(agent.get("contact", id).body);
  console.log(id, name, phones.map(({ value }) => value).join(", "));
}

const verbs = {
  add: (name, number) => {
    // Durable when `put` returns: the battery may go now.
    const { id } = agent.put("contact", card(name, number), { meta: { label: name, phones: [digits(number)] } });
    console.log(id);
  },
  // What a list shows is in `meta`: no body is read to search by name or number.
  find: (text) => [...agent.list("contact")].filter(({ meta }) => meta.label?.toLowerCase().includes(text.toLowerCase())).forEach(show),
  call: (number) => [...agent.list("contact")].filter(({ meta }) => meta.phones?.includes(digits(number))).forEach(show),
  number: (id, number) => {
    const { body, meta } = agent.get("contact", id);
    // Only the TEL line changes; every other byte of the card stays.
    agent.put("contact", patched(body, [{ property: "TEL", value: number }]), { id, meta: { ...meta, phones: [digits(number)] } });
  },
};
verbs[verb]?.(...words);
agent.close();
flash.close();
