// SPDX-License-Identifier: Apache-2.0
// English of the screen at the bays, and of what officers show there.
import type { BayWords } from "./zh_bay";

export const bay: BayWords = {
  bay: {
    title: "Take or return: choose a recorder", empty: "empty", free: "may go out", give: "Take", back: "Return", giveLabel: "Take {device}", backLabel: "Return {device}", due: "out, due back {time}", overdue: "overdue since {time}",
    delivered: "The recorder has its assignment; take it.", undelivered: "The assignment is being written; leave the recorder in the bay.", early: "Choose a recorder first, then show the card.", earlyGive: "No card is needed yet; finish this step first.", noBays: "No bay is configured; ask the system administrator.",
    codeTitle: "Open this terminal", codeWhy: "Run liuhen-dock terminal make on the dock's console and type the code here within 15 minutes. A code works once.", code: "One-time code", codeSubmit: "Open", needCode: "Type the one-time code.",
    giveTitle: "Take {device}", step: "step {n} of {of}", matters: "Choose the matters", noMatters: "No list of matters is in force and nothing goes out; the custodian must import one.", place: "Type the place", until: "Choose when it is due back",
    untilKind: { evening: "this evening", tomorrow: "tomorrow evening", hours: "in {n} hours" }, untilLonger: "For longer, go to the desk.", next: "Next", before: "Back", needMatter: "Choose one matter at least.",
    needPlace: "Type the place.", needUntil: "Choose when it is due back.", peopleWhy: "The wearer and each companion show their own card, or type their own work number and PIN. Two or more go out.", wearer: "Wearer", companion: "Companion {n}", bringer: "Who returns it",
    byCardShown: "card shown", byNumberShown: "work number {number}", showCard: "{who}: show the card", showNumber: "{who}: work number", pin: "PIN", byPin: "No card: work number and PIN", byCard: "Show a card instead", shortCard: "The card was not read whole; show it again.", needNumber: "Type the work number.",
    needShown: "Show a card, or type work number and PIN.", needCompanion: "Two officers or more go out; a companion must show a card.", twice: "This person has shown who they are; the next one, please.", showAgain: " Wearer and companions must show who they are again.", giveSubmit: "Hand out",
    given: "Handed out, number {number}. Take {device} once it says that it has its assignment.", backTitle: "Return {device}", backWhy: "Any officer may return it. If it is damaged, go to the custodian's desk.", broughtBack: "{device} is returned. Leave it in the bay; recordings are taken in by themselves.",
  },
  credential: {
    open: "Card and PIN", openLabel: "Card and PIN of {name}", title: "Card and PIN: {name}", submit: "Enter",
    why: "With the card, or with work number and PIN, {name} takes and returns recorders at the bays; it counts as their signature. The person types the PIN; nobody else may know it. This replaces card and PIN: what is left empty is taken away. The dock keeps hashes alone; nobody can read them afterwards.",
    card: "Card number (click here, then show the card)", pin: "PIN (6 to 12 digits, not all the same)", again: "PIN again", none: "Take card and PIN away", needAny: "Show a card or type a PIN; to take both away, tick “Take card and PIN away”.",
    needSame: "The two PINs differ; type them again.", shortCard: "The card was not read whole; show it again.", bothAndNone: "Both are to be taken away; leave card and PIN empty.", done: "Card and PIN of {name} are changed.",
  },
};
