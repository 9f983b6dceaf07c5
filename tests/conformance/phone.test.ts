/*
 * The conformance suite over a serial line: a SerialAgent, and at the other end a phone. Once on the desk, and, where there is
 * an emulator, on the Siemens SX1.
 */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import { type FlashDevice, type FlashGeometry, NorFlash } from "../../host/flash/index.js";
import type { SerialLine } from "../../host/handset/line.js";
import { Phone } from "../../host/handset/phone.js";
import { formatPhone, openSerialAgent } from "../../host/handset/serial-agent.js";
import type { AgentOptions, FormatOptions } from "../../host/index.js";
import { scaled } from "../../host/proof/geometries.js";
import { DeskPhone } from "../support/handset/desk-phone.js";
import { chip, firmware, missing, REMEDY, SX1 } from "../support/handset/firmware.js";
import { skip } from "../support/skip.js";
import { conformance } from "./suite.js";

const desk = new WeakMap<FlashDevice, DeskPhone>();

/** One phone to each part: it stays on, with another agent every time. */
function deskLine(flash: FlashDevice): SerialLine {
  const phone = desk.get(flash) ?? new DeskPhone(flash);
  desk.set(flash, phone);
  return phone.line;
}

conformance({
  name: "SerialAgent, a phone on the desk, 24 blocks",
  make: () => new NorFlash(scaled("sx1-nor-8m", 24)),
  format: (flash, options) => formatPhone(deskLine(flash), options),
  open: (flash, options) => openSerialAgent(deskLine(flash), options),
  fillable: true,
  remote: true,
});

/** The chip of a phone, as far as a test here can have it in its hands: as an image. The phone is on from the first call. */
class PhoneChip implements FlashDevice {
  static on: Phone | undefined;
  readonly geometry: FlashGeometry = SX1;
  readonly image = chip();
  #line: Promise<SerialLine> | undefined;

  line(): Promise<SerialLine> {
    this.#line ??= this.#boot();
    return this.#line;
  }

  /** There is one phone; another chip in it, and it boots again. */
  async #boot(): Promise<SerialLine> {
    await PhoneChip.on?.pull();
    PhoneChip.on = await Phone.boot({ firmware: firmware(), image: this.image });
    return PhoneChip.on.line;
  }

  read = onThePhone;
  program = onThePhone;
  erase = onThePhone;
}

function onThePhone(): never {
  throw new Error("the chip is in the phone");
}

/** 1 when the image has changed since. */
function watchImage(flash: FlashDevice): () => number {
  const { image } = flash as PhoneChip;
  const before = readFileSync(image);
  return () => Number(!readFileSync(image).equals(before));
}

const reason = missing();
if (reason === "") {
  conformance({
    name: "SerialAgent, SX1",
    make: () => new PhoneChip(),
    format: async (flash, options?: FormatOptions) => formatPhone(await (flash as PhoneChip).line(), options),
    open: async (flash, options?: AgentOptions) => openSerialAgent(await (flash as PhoneChip).line(), options),
    watch: watchImage,
    remote: true,
    longestBytes: 20_000,
  });
} else {
  const phone = suite("conformance/SerialAgent, SX1");
  skip(phone, "conformance of the SX1", reason, REMEDY);
  phone.run();
}
