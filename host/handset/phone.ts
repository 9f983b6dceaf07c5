/*
 * A phone on the bench: the Siemens SX1 as QEMU emulates it, with our firmware in its first NOR chip and the store in its
 * second. Node only.
 *
 * Others may take for granted: an image is in one phone at a time, and in no other process (it has the lock of FileFlash);
 * pulling the battery is SIGKILL to QEMU, between two instructions of the phone, so that what the chip was told is in the
 * image and nothing else is; no phone outlives this process.
 *
 * Source  QEMU 7.2, hw/arm/omap_sx1.c and hw/block/pflash_cfi01.c: each program of a word and each erase of a block is one
 *         write to the image, and the phone waits for it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileLock } from "../flash/lock.js";
import { SerialLine } from "./line.js";
import { decodeHello, type Hello } from "./protocol.js";

/** Debian's QEMU has no switch that turns sound off on this machine; this does. */
const ENVIRONMENT = { ...process.env, QEMU_AUDIO_DRV: "none" };
/** Has the kernel end QEMU when this process is killed and cannot do it itself. Part of util-linux. */
const SETPRIV = "/usr/bin/setpriv";

const alive = new Set<ChildProcess>();
process.on("exit", () => {
  for (const qemu of alive) qemu.kill("SIGKILL");
});

export interface BootOptions {
  /** The first NOR chip, with the firmware in it: build/handset/sx1.nor0. */
  firmware: string;
  /** The second NOR chip, 8 MiB. */
  image: string;
  /** How long the phone may be silent before it counts as dead. */
  limitMs?: number;
  repeatMs?: number;
  noise?: Noise;
}

/** What a bad line does to the bytes on it, each way. */
export interface Noise {
  toPhone?(bytes: Uint8Array): Uint8Array;
  fromPhone?(bytes: Uint8Array): Uint8Array;
}

export class Phone {
  readonly line: SerialLine;
  /** Set once the phone has booted. */
  hello!: Hello;
  /** What the phone wrote to its console. */
  console = "";
  #emulator = "";
  #socket: Socket | undefined;
  readonly #qemu: ChildProcess;
  readonly #ended: Promise<void>;

  /** Puts the battery in and waits for the phone's hello. Errors: LOCKED; PowerLost, with what the console said. */
  static async boot(options: BootOptions): Promise<Phone> {
    const lock = FileLock.acquire(options.image);
    const folder = mkdtempSync(join(tmpdir(), "holdfast-phone-"));
    const cleanUp = () => {
      rmSync(folder, { recursive: true, force: true });
      lock.release();
    };
    const server = createServer();
    await new Promise<void>((done) => server.listen(join(folder, "link"), done)); // before QEMU starts: no byte is lost
    const phone = new Phone(options, server, cleanUp);
    try {
      phone.hello = decodeHello(await phone.line.greeting());
      return phone;
    } catch (thrown) {
      await phone.pull();
      throw thrown;
    }
  }

  private constructor(options: BootOptions, server: Server, cleanUp: () => void) {
    const { limitMs, repeatMs, noise = {} } = options;
    const lastWords = () => this.lastWords();
    this.line = new SerialLine((bytes) => this.send(noise.toPhone?.(bytes) ?? bytes), { limitMs, repeatMs, lastWords });
    server.once("connection", (socket) => {
      this.#socket = socket.unref();
      socket.on("data", (bytes) => this.line.receive(noise.fromPhone?.(bytes) ?? bytes));
      socket.on("error", () => {}); // the phone is gone; its exit says so
    });
    this.#qemu = start(options, String(server.address()));
    // A phone that somebody waits for keeps this process by the line's clock; one that was left on does not.
    for (const handle of [this.#qemu, this.#qemu.stdout as Socket, this.#qemu.stderr as Socket, server]) handle.unref();
    this.#qemu.stdout?.on("data", (text) => this.#print(String(text)));
    this.#qemu.stderr?.on("data", (text) => (this.#emulator += text));
    this.#ended = ending(this.#qemu).then((how) => {
      this.#socket?.destroy();
      server.close();
      cleanUp();
      this.line.fail(how);
    });
  }

  /** Bytes for the line as they are. For tests: whoever wants answers uses `line`. */
  send(bytes: Uint8Array): void {
    this.#socket?.write(bytes);
  }

  /** Pulls the battery. What the phone was doing stays undone from here on. */
  async pull(): Promise<void> {
    this.#qemu.ref();
    this.#qemu.kill("SIGKILL");
    await this.#ended;
  }

  /** Console and emulator, for a message. */
  lastWords(): string {
    return `console: ${JSON.stringify(this.console.slice(-400))}, emulator: ${JSON.stringify(this.#emulator.slice(-400))}`;
  }

  /** A phone that trapped answers nothing any more: whoever waits is told at once. */
  #print(text: string): void {
    this.console += text;
    const trap = /^TRAP \d+(?=\n)/m.exec(this.console);
    if (trap) this.line.fail(`the phone stopped with ${trap[0]}`);
  }
}

function start({ firmware, image }: BootOptions, link: string): ChildProcess {
  const command = ["qemu-system-arm", ...machineOf(firmware, image, link)];
  if (existsSync(SETPRIV)) command.unshift(SETPRIV, "--pdeathsig", "KILL", "--");
  const qemu = spawn(command[0], command.slice(1), { stdio: ["ignore", "pipe", "pipe"], env: ENVIRONMENT });
  alive.add(qemu);
  return qemu;
}

/** How it ended, once it has. */
function ending(qemu: ChildProcess): Promise<string> {
  return new Promise<string>((done) => {
    qemu.once("error", (error) => done(error.message));
    qemu.once("close", (code, signal) => done(`the phone went off (${signal ?? code})`));
  }).finally(() => alive.delete(qemu));
}

/** A pflash drive is a NOR chip, in the order of their addresses; its size must be the chip's to the byte. */
function machineOf(firmware: string, image: string, link: string): string[] {
  return [
    ...["-M", "sx1-v1", "-display", "none", "-monitor", "none", "-nodefaults"],
    ...["-serial", "stdio", "-serial", `unix:${link}`],
    ...["-drive", `if=pflash,format=raw,readonly=on,file=${escaped(firmware)}`],
    ...["-drive", `if=pflash,format=raw,file=${escaped(image)}`],
  ];
}

/** QEMU splits options at commas. */
function escaped(path: string): string {
  return path.replaceAll(",", ",,");
}
