/*
 * The bearer of every day: a WebSocket, one message of frames each way at a time. Runs on Node and in a browser that is
 * given a constructor of its own.
 *
 * Source: RFC 6455. No compression: packed bodies do not shrink again, and sealed ones never do.
 */
import { WebSocket } from "ws";
import { HoldfastError } from "../errors.js";
import type { RadioLink } from "./link.js";

const CONNECT_MS = 10_000;

/** Opens a link to a relay at `url`, such as ws://127.0.0.1:4009. Errors: INVALID for what is no such address; LinkDown when nobody answers. */
export function openSocket(url: string): Promise<RadioLink> {
  const address = asAddress(url);
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address, { perMessageDeflate: false, handshakeTimeout: CONNECT_MS });
    socket.binaryType = "nodebuffer";
    socket.once("error", (error) => reject(new LinkDown(reasonOf(error), url)));
    socket.once("open", () => {
      socket.removeAllListeners("error");
      resolve(linkOver(socket));
    });
  });
}

/** There is no link, or it is gone. */
export class LinkDown extends Error {
  readonly url: string;
  constructor(reason: string, url: string) {
    super(reason);
    this.name = "LinkDown";
    this.url = url;
  }
}

function asAddress(url: string): URL {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (address !== undefined && /^wss?:$/.test(address.protocol) && address.hash === "") return address;
  throw new HoldfastError(
    "INVALID",
    `"${url}" is not the address of a relay`,
    "an address is like ws://127.0.0.1:4009 or wss://relay.example",
  );
}

function linkOver(socket: WebSocket): RadioLink {
  let told = false;
  const link: RadioLink = {
    send: (message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(message);
    },
    onMessage: () => {},
    onDown: () => {},
    close: () => {
      told = true;
      socket.close();
    },
  };
  const down = (reason: string) => {
    if (told) return;
    told = true;
    link.onDown(reason);
  };
  socket.on("message", (data: Buffer, isBinary) => {
    if (isBinary) link.onMessage(new Uint8Array(data.buffer, data.byteOffset, data.length));
  });
  socket.on("close", () => down("the relay ended the connection"));
  socket.on("error", (error) => down(reasonOf(error)));
  return link;
}

function reasonOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ECONNREFUSED") return "nobody answers there";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "there is no such host";
  return error.message || code || "the connection failed";
}
