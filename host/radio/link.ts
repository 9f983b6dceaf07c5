/*
 * A link: bytes to the other end and from it, up or down. What a modem, a socket or a cable looks like from here.
 */

export interface RadioLink {
  /** Sends one message of whole frames. It may be lost, come twice, or late. Never throws: a link that is down says so by `onDown`. */
  send(message: Uint8Array): void;
  /** Who hears what comes. Set once, before anything is sent. */
  onMessage: (message: Uint8Array) => void;
  /** Told once, with the reason, when the link is gone. */
  onDown: (reason: string) => void;
  close(): void;
}
