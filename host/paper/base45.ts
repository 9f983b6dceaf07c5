// Bytes in the letters that a QR code packs tightest next to digits (RFC 9285): three letters for two bytes.
import { HoldfastError } from "../errors.js";

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

export function toBase45(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 2) {
    const isPair = i + 1 < bytes.length;
    const value = isPair ? bytes[i]! * 256 + bytes[i + 1]! : bytes[i]!;
    text += LETTERS[value % 45]! + LETTERS[Math.floor(value / 45) % 45]! + (isPair ? LETTERS[Math.floor(value / 2025)]! : "");
  }
  return text;
}

/** Errors: CORRUPT for letters that no bytes have. */
export function fromBase45(text: string): Uint8Array {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i += 3) {
    const digits = [...text.slice(i, i + 3)].map((letter) => LETTERS.indexOf(letter));
    const value = digits.reduceRight((sum, digit) => sum * 45 + digit, 0);
    const isPair = digits.length === 3;
    if (digits.includes(-1) || digits.length === 1 || value > (isPair ? 0xffff : 0xff))
      throw new HoldfastError("CORRUPT", "letters that no bytes have");
    if (isPair) bytes.push(value >> 8);
    bytes.push(value & 255);
  }
  return Uint8Array.from(bytes);
}
