/*
 * The version of vCard that `holdfast export --card-version` writes, and what it could not say in it.
 */
import { CARD_VERSIONS, type CardVersion, type convertedCards } from "../text/index.js";
import type { Call } from "./command.js";
import { usage } from "./exit.js";
import { asOneOf, plural } from "./words.js";

/** undefined: each card in its own. Throws usage errors. */
export function versionOf(call: Call, format: string): CardVersion | undefined {
  const word = call.text("card-version");
  if (word === undefined && !call.given("strict")) return undefined;
  if (format !== "vcf") throw usage("--card-version and --strict are for vcf", format, "leave them out, or write --to vcf");
  if (word === undefined) throw usage("--strict needs --card-version", "export", "say a version: --card-version 3.0");
  return asOneOf(word, "--card-version", CARD_VERSIONS);
}

/** Names what the version cannot say, card by card. Returns how many values are not in the file. */
export function tellSteps(call: Call, version: CardVersion, cards: ReturnType<typeof convertedCards>["steps"]): number {
  for (const { kind, id, steps } of cards)
    for (const { property, what, isDropped } of steps)
      call.terminal.say(`${kind} ${id}: ${property} ${what}${isDropped ? "; dropped" : "; kept all the same"}`);
  const all = cards.flatMap(({ steps }) => steps);
  const dropped = all.filter(({ isDropped }) => isDropped).length;
  call.terminal.say(
    `vCard ${version}: ${plural(all.length, "step")} in ${plural(cards.length, "card")}, of which ${dropped} dropped something`,
  );
  return dropped;
}
