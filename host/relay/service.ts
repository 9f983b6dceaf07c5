/*
 * A relay that listens: one WebSocket server over one store, on this machine only unless told otherwise. Runs on Node.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { Conversation } from "./conversation.js";
import type { SyncStore } from "./store.js";

/** A message is a burst of frames at most; docs/sync.md §2. */
const MESSAGE_BYTES_MAX = 256 * 1024;
const LOOPBACK = "127.0.0.1";

export interface RelayService {
  url: string;
  port: number;
  /** Connections that are open now. */
  connections(): number;
  /** Ends all conversations; what was acknowledged is in the store. The store stays open. */
  close(): Promise<void>;
}

export interface RelayServiceOptions {
  port?: number;
  host?: string;
  /** Told of a failure of the store: the conversation it happened in has ended. */
  onError?: (error: unknown) => void;
}

/** Errors: those of listen, EADDRINUSE among them. */
export async function serveRelay(
  store: SyncStore,
  { port = 0, host = LOOPBACK, onError }: RelayServiceOptions = {},
): Promise<RelayService> {
  const server = createServer((_request, response) => {
    response.writeHead(426, { "content-type": "text/plain", upgrade: "websocket" });
    response.end("This is a Holdfast relay. It speaks WebSocket: holdfast sync ws://...\n");
  });
  const sockets = new WebSocketServer({ server, maxPayload: MESSAGE_BYTES_MAX, perMessageDeflate: false });
  sockets.on("error", () => {}); // those of listen come from the server itself
  sockets.on("connection", (socket) => converse(socket, store, onError));
  const { port: taken } = await listen(server, port, host);
  return {
    url: `ws://${host}:${taken}`,
    port: taken,
    connections: () => sockets.clients.size,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function converse(socket: WebSocket, store: SyncStore, onError: RelayServiceOptions["onError"]): void {
  const end = new Conversation(store, (message) => socket.send(message));
  socket.on("error", () => socket.terminate());
  socket.on("message", (data: Buffer, isBinary) => {
    if (!isBinary) return socket.close(1003, "frames are binary");
    end.receive(data).catch((error: unknown) => {
      onError?.(error);
      socket.close(1011, "the relay cannot store");
    });
  });
}

function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  });
}
