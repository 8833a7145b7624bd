// SPDX-License-Identifier: Apache-2.0
// English of the register's pages.
import type { Desk, deskNav as zhNav } from "./zh_desk";

export const desk: Desk = {
  date: {
    hint: "YYYY-MM-DD", timedHint: "YYYY-MM-DD hh:mm", wrong: "A date is written as 2026-11-29.", wrongTimed: "A date and time is written as 2026-11-29 18:00.",
    choose: "Choose from a calendar: {label}", month: "{year}-{month}", before: "Month before", after: "Month after", week: ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"],
  },
  handoutState: { out: "out", overdue: "overdue", returned: "returned", lost: "lost" },
  deviceState: { registered: "to be enrolled", enrolled: "enrolled", lost: "lost", found: "found", revoked: "revoked" },
  actState: { planned: "planned", registered: "took place", dropped: "dropped" },
  desk: {
    title: "Hand-out and return", give: "Hand out", late: "Overdue ({n})", state: "State", none: "No hand-out meets these conditions.", noneOut: "No recorder is out.", noOther: "No other recorder is out.", showAll: "Show all",
    number: "Number", who: "Wearer and companions", what: "Matters and place", until: "Due back", from: "From", wearerIs: "worn by {name}", takenBy: "taken by {name}", with: "with {names}",
    lateBy: "late by {time}", lateDays: "{n} days", lateHours: "{n} h", lateMinutes: "{n} min", backAt: "back {time}", delivered: "assignment delivered", undelivered: "assignment not delivered yet", refused: "assignment refused: {why}",
    back: "Return", over: "Hand over", confirm: "Confirm", lost: "Lost", overWaits: "hand-over unconfirmed", given: "Handed out as {number}. Put the recorder into a bay, so that it gets its assignment, before it is taken away.",
    giveTitle: "Hand a recorder out", giveSubmit: "Register the hand-out", chooseDevice: "Choose a recorder", noDevice: "No recorder is free", wearer: "Wearer", companion: "Companion {n}", moreCompanions: "One companion more",
    matters: "Matters", noMatters: "No list of matters is in force; import one first.", place: "Place", needDevice: "Choose a recorder.", needWearer: "Choose the wearer.",
    needCompanion: "Two officers or more go out: choose a companion.", needMatter: "Choose a matter.", needPlace: "Give the place.",
    backTitle: "Return of {device} ({number})", backSubmit: "Register the return", backWho: "Worn by {name}, due {until}.", condition: "Condition", undamaged: "sound", damaged: "damaged",
    backNote: "Note", needDamage: "Describe the damage.", backDone: "{device} is back ({number}). Put it into a bay.",
    overTitle: "Hand-over of {device} ({number})", overWhy: "Where the wearer changes in the field; the custodian confirms it at the desk.", overSubmit: "Note the hand-over", overFrom: "From: {name}", overTo: "To",
    overAt: "At", overNote: "Note", needTo: "Choose who received it.", overDone: "The hand-over of {device} is noted ({number}) and waits for the custodian.",
    confirmTitle: "Confirm the hand-over of {device} ({number})", confirmWhy: "Ask both sides first. Neither of them confirms it.", confirmLine: "{time}: {from} to {to}.", confirmNote: "What was found", confirmDone: "The hand-over of {device} is confirmed ({number}).",
    lostTitle: "Loss of {device}", lostWhy: "The dock accepts it no more, and the hand-out ends; found again, it is enrolled anew by two.", lostSubmit: "Report the loss", lostReason: "How it was lost (when, where, how noticed)", needLoss: "Tell how it was lost.",
    lostDone: "{device} is reported lost.", by: "By {name}", lossTitle: "{device} is lost", lossRevoked: "The dock accepts it no more. Found again, it is noted as found and enrolled anew by two.", lossRange: "Without receipt", lossNone: "No range without receipt is noted.",
  },
  part: { keys: "keys", camera: "camera", microphone: "microphone", space: "space", battery: "battery", clock: "clock" },
  book: { title: "Custody book", at: "As of (empty: now)", as: "as of {time}, {n} lines", print: "Print", save: "Save as CSV", none: "The book is empty: nothing was handed out yet.", noneButton: "To the desk", file: "custody-book" },
  devices: {
    title: "Recorders and people", tab: { devices: "Recorders", people: "People", units: "Units" }, device: "Recorder", unit: "Unit", model: "Model", asset: "Asset number", state: "State", where: "Where", check: "Self check",
    noCheck: "no self check", checkPassed: "self check passed", checkFailed: "self check failed", out: "out", none: "No recorder is registered yet.", noPeople: "Nobody is registered yet.", noUnits: "No unit is registered yet.",
    peopleWhy: "Who may take and hand out recorders. Accounts are made by the system administrator, roles given by the security administrator.", noLicence: "none", left: "closed", here: "open", unitCode: "Code", unitName: "Name",
    enter: "Register a recorder", enterWhy: "Its name as on its certificate. Two people enrol it afterwards.", enterOfficer: "Register a person", officerWhy: "Find the person's account first. A wearer needs a licence number.", enterUnit: "Register a unit",
    chooseUnit: "Choose a unit", enrol: "Enrol", enrolTitle: "Enrol {device}", enrolWhy: "The certificate is signed by two with the offline key; the second person is noted here.", second: "Second person", find: "Found",
    findTitle: "{device} is found", findWhy: "It may go into a bay; it is handed out only after two enrolled it anew.", findNote: "How it was found", revoke: "Revoke", revokeTitle: "Revoke {device}", revokeWhy: "It is never handed out again. Its records stay.",
    change: "Change", save: "Save", done: "Registered.", closeOfficer: "has left", closeUnit: "close this unit", badDevice: "A recorder's name has 1 to 32 letters, digits, dots or hyphens, as on its certificate.", needUnit: "Choose a unit.",
    needSecond: "Two people enrol a recorder: choose the second.", needFound: "Tell how it was found.", needPerson: "Choose a person who has an account.", needUnitName: "Give code and name.",
  },
  matters: {
    title: "List of matters", bring: "Import a version", bringWhy: "A CSV file whose first line has the published column names; matters recorded throughout say 全程 in their manner.", bringSubmit: "Import", version: "Version", source: "Published as",
    from: "In force from", file: "File (CSV)", inForce: "in force", since: "version {version}, in force from {time}", none: "No list of matters is in force; the custodian imports one.", full: "throughout", need: "Give version and source.", needFile: "Choose a file.",
    columns: { number: "No.", category: "Category", step: "Step", manner: "Manner", occasion: "Occasion", content: "Content", start: "Start", process: "Process", end: "End", department: "Department", people: "People" },
  },
  acts: {
    title: "Acts", enter: "Register an act", number: "Number", name: "Name", party: "Party", time: "From, until", from: "Arrived", until: "Left", matterIs: "matter {number}", none: "No act is registered yet.",
    chooseMatter: "Choose a matter", officer: "Officer {n}", moreOfficers: "One officer more", reason: "Reason of the change", need: "Give number, name, matter and unit.",
  },
  cases: { title: "Cases", enter: "Register a case", number: "Number", name: "Name", concluded: "Concluded", concludedHint: "Concluded (empty: not yet)", running: "running", none: "No case is registered yet.", need: "Give number, name and unit." },
  links: {
    open: "Links", title: "Links of {what} {id}", why: "Links and their undoing stay in the record.", recording: "recording", act: "act", case: "case", none: "Nothing is linked.", kind: "Kind", choose: "What",
    chooseOne: "Choose", noChoice: "nothing to link", join: "Link", need: "Choose what to link.", undo: "Undo", undoReason: "Why the link with {id} is undone",
  },
  reason: {
    details: "Details", unknown: "The intake did not end well; the originals are still in the recorder. Put it into a bay again; if it fails again, give the details to the system administrator.",
    vault: "The vault does not answer and the intake is paused. It goes on by itself; after 10 minutes tell the system administrator.",
    full: "The disk is full and the intake is paused; what is in the recorder is safe. The system administrator adds room, then it goes on.",
    recording: "The recorder is still recording. End the recording first.", twice: "The same recorder is taken in at another bay. Keep one connection.",
    cable: "The connection broke; what was taken in is safe. Look at the cable and put it in again, it goes on from there.",
    certificate: "The recorder's identity did not verify. Do not take it in; look at its enrolment, and report it if it is lost or revoked.",
    other: "Another recorder was put in on the way. Put the first back.", altered: "Something did not verify and is in quarantine. Keep the recorder, do not use it, report it.",
    forked: "The recorder's ledger has two histories. Keep it, do not use it, report it at once.", rewritten: "The recorder says that the custody log is not what it remembers. Keep it and report it at once.",
    absent: "The recorder lacks files that its ledger tells of; what is missing is in the verdict. Keep it; the officer explains in writing.",
    clock: "The time did not hold. Look at both clocks and try again.", waiting: "Something is not taken in yet and is tried again. Do not take the recorder away.",
  },
};
export const deskNav: typeof zhNav = { desk: "Hand-out, return", myDesk: "My hand-outs", devices: "Recorders, people", acts: "Acts", cases: "Cases", matters: "List of matters" };
