// SPDX-License-Identifier: Apache-2.0
// English of the single pages.
import type { access as zhAccess } from "./zh_access";
import type { Pages } from "./zh_pages";

export const pages: Pages = {
  login: {
    title: "Log in", workNumber: "Work number", password: "Password", totp: "One-time code", totpHint: "6 digits of your authenticator; none at the first log-in",
    submit: "Log in", needWorkNumber: "Give your work number.", needPassword: "Give your password.", badTotp: "A one-time code has 6 digits.",
  },
  enrol: {
    title: "First log-in: set up your account", why: "The first password is good once. Set your own and bind an authenticator; then you can begin.",
    step: "step {n} of {of}", passwordTitle: "Set a password", current: "Present password (the first one)", currentAgain: "Present password", fresh: "New password",
    freshHint: "At least 12 characters; neither the work number nor the old password", again: "New password again", short: "The new password needs at least 12 characters.",
    differ: "The two new passwords differ.", setPassword: "Save the password", totpTitle: "Bind an authenticator",
    totpHow: "Scan the code with the authenticator on your phone, or type the secret, then give the 6 digits that it shows. The secret is shown this once.",
    secret: "Secret", qr: "QR code of the secret", code: "6 digits of the authenticator", begin: "Draw a secret", oldCode: "6 digits of the old authenticator",
    confirm: "Confirm and finish", done: "Done.",
  },
  me: {
    title: "My account", unit: "Unit", roles: "Roles", lastLogin: "Log-in before", until: "This session ends at the latest", changePassword: "Change the password",
    changeTotp: "Change the authenticator", passwordSet: "The password is changed; all other sessions are ended.", totpSet: "The authenticator is changed.",
  },
  key: {
    title: "Signing key",
    what: "Decisions are signed with your own security key. Make a key here, save the file, and have the keeper of the agency's root key appoint it in your presence; before that you cannot decide.",
    make: "Make a key and save the file", busy: "Confirm on the security key…",
    saved: "{name} is saved. Give it to the keeper of the agency's root key and compare the key's hash there:",
    none: "No key was made: not confirmed, timed out, or not supported. Plug the security key in and try again.",
    cannot: "This browser or address cannot use a security key. Open the dock's address with the agency's browser.",
  },
  today: {
    title: "Today", none: "Nothing is to be done today.", noneButton: "See recordings", noneButtonAway: "Read again", alarm: "Urgent", due: "Due", info: "Note", open: "Go",
    toDecide: "Requests to decide", bays: "Bays", baysLine: "{busy} busy, {done} done, {idle} empty, {bad} in trouble",
  },
  first: {
    title: "First use: from an empty dock to the first recording", why: "The dock holds no recording yet. Do these in order:",
    accounts: "The system administrator makes an account for each person and hands over the first password.",
    roles: "The security administrator gives roles; system, security and audit are three different people.",
    devices: "The custodian registers the recorders; two people enrol each of them together.", handout: "The custodian hands a recorder out to an officer.",
    intake: "After the act the recorder goes into a bay; intake begins by itself and ends with a receipt.", go: "Go there",
  },
  intake: {
    title: "Intake", bay: "Bay {name}", device: "Recorder", noDevice: "no recorder", progress: "Progress", rate: "Rate", left: "time left", leftUnknown: "being estimated",
    note: "Note", last: "Last intake", lastLine: "{device} · {end} · {time} · {segments} segments stored · {size}", kept: "{n} objects went into quarantine",
    none: "No bay is configured. The system administrator adds them under [bays] of the configuration and restarts the dock.", noneButton: "Read again",
  },
  quarantine: {
    title: "Quarantine", why: "This did not verify. It is kept as it came, counts as no intact recording and is never deleted.", none: "Nothing is in quarantine.",
    noneButton: "See the bays", time: "Stored", device: "Recorder", what: "What", reason: "Reason", advice: "What to do", leaf: "Leaf",
    types: { chapter: "chapter", segment: "segment", torn: "torn end" }, ofRecording: "recording {recording}, segment {segment}",
  },
  imports: {
    title: "Imports", enter: "Import files", why: "Files that no recorder of this system made: other makers' recorders, photos, sound, premises cameras. They are kept as they came; what they show is somebody's word, so all of them are unproven.",
    declare: "Maker and device stand in clear in the custody log: write no person's name there. What you declare cannot be changed; import the file again to put it right.",
    submit: "Import", files: "Files", byName: "as the files' names end", maker: "Maker of the device", label: "Label or serial number", from: "From", until: "Until",
    time: "Imported", file: "File", media: "Holds", device: "Taken by", span: "Time declared", wearer: "Worn or answered for by", who: "Wearer", reason: "Reason (matter, act, case)", cause: "Reason", verdict: "Verdict", leaf: "Leaf",
    by: "handed over by {by}", erased: "(erased)", none: "Nothing was imported yet.", need: "Choose files, and fill in maker, device, who wore it, and reason.",
    wrongSpan: "The end is before the beginning or in the future; correct the times.", longName: "Maker and device have at most 64 bytes each, some 21 Chinese characters; shorten them.",
    emptyFile: "{file} is empty; choose another file.", longFile: "{file} is longer than 32 GB; the system administrator imports it on the dock's console.",
    whatMedia: "The name of {file} does not tell what it holds; choose video, photo or sound. Documents do not belong here.",
    sending: "{file}: {percent} % ({sent} of {size}). If you close this, the file is not kept.", readBack: "{file}: all sent, the vault reads it back.",
    kept: "{kept} files are kept.", keptKnown: "{kept} files are kept; the vault had {known} of them before.", keptSome: "{kept} of {all} files are kept, the others are not.",
  },
  media: { video: "video", photo: "photo", sound: "sound" },
  recordings: {
    title: "Recordings", device: "Recorder", officer: "Officer", from: "From", to: "To", verdict: "Verdict", start: "Start", length: "Length", manner: "Manner",
    interruptions: "Cuts", size: "Size", stored: "Stored", storedOf: "{stored} / {all}", noEnd: "no end seen", open: "Replay", openLabel: "Replay the recording of {device}, {time}",
    none: "No recording meets these conditions.", noneAtAll: "There is no recording yet. A recorder put into a bay is taken in by itself.", toIntake: "See the bays",
    times: "{n}", officerFind: "name or work number",
  },
  people: { noMatch: "Nobody of this name or number.", choose: "Choose a person" },
};

export const access: typeof zhAccess = {
  replay: {
    title: "Replay", facts: "Recording", timeline: "Timeline",
    timelineLabel: "Timeline from {from} to {to}. {interruptions} interruptions, {missing} segments not stored. Arrow keys move, Enter plays.",
    needGrant: "Replay needs an approval. You have no valid one for this recording.", ask: "Ask to view", begin: "Begin replay",
    beginWhy: "Approved until {until}, {left} times left. Beginning is written into the custody log.", noView: "Your role does not replay recordings; you see the timeline only.",
    preEvent: "pre-event", intact: "verified, intact", altered: "altered", incomplete: "incomplete", unproven: "unproven", missing: "not stored",
    missingSpan: "{from} to {to} is not stored", interruption: "interruption", interruptionAt: "{from} to {to}, {cause}, {by}",
    interruptionOpen: "from {from}, never resumed, {cause}, {by}", resumeSpoken: "Statement on resuming: {time}, {result}", resumeNone: "No statement on resuming is recorded",
    statements: "Statements", marks: "Focus marks", interruptions: "Interruptions", none: "none", play: "Play from {time}", sixItems: "The six items, one by one",
    sixWhy: "Tick them while you listen. The ticks are for this view only and are not kept.",
    six: { time: "time", place: "place", officers: "officers", act: "act", focus: "focus", notice: "notice to those present" },
    gapNow: "An interruption: there is no picture or sound ({from} to {to}).", watching: "at {time}",
    cannotPlay: "This cannot be played. The verdict is not affected; begin the replay again.", leaf: "Leaf", segments: "Segments", segmentRow: "segment {n}",
    encrypted: "encrypted", lostParts: "{n} parts lost", legend: "Legend",
  },
  requests: {
    title: "Requests and approvals", mine: "My requests", state: "State", new: "New request", none: "There is no request.",
    noneMine: "You have made no request. Open a recording to make one.", noneButton: "See recordings", who: "Asked by", what: "What", why: "Reason", case: "Case",
    made: "Asked at", span: "span", wholeSpan: "all", spanOf: "media time {from} to {to}", wholeDevice: "all recordings of recorder {device}",
    recordingOf: "recorder {device}, recording {recording}", objectOf: "recorder {device}, quarantined object {object}", uses: "Uses", usesLine: "{used} / {uses}",
    until: "until", from: "from", decidedBy: "Decided by", decidedAt: "Decided at", emergency: "Emergency view", approve: "Approve", refuse: "Refuse",
    approveTitle: "Approve the request", refuseTitle: "Refuse the request", sign: "Sign with my key: approve", signRefuse: "Sign with my key: refuse",
    signing: "Confirm on your key…", signedNote: "The decision is signed by your own key and judged by the vault; then it is written into the custody log.",
    noKey: "The key gave no signature: not confirmed, timed out, or not the key you enrolled. The request is still undecided.",
    noWebAuthn: "This browser cannot use keys, so nothing can be decided here. Use one with WebAuthn, over https.", purpose: "Purpose",
    reasonHint: "which case, and why it must be seen", needReason: "Give a reason.", emergencyHint: "the head is told at once, and it is reviewed afterwards",
    submit: "Submit the request", submitted: "The request is written into the custody log and waits for the head.", decided: "Decided, and written into the custody log.",
    spanFrom: "From (min:s, empty: all)", spanTo: "To (min:s, empty: all)", badSpan: "A span is min:s to min:s, the first before the second; both empty: all.",
    own: "Nobody decides their own request",
  },
  accounts: {
    title: "People and roles", find: "Name, work number or unit", role: "Role", openOnly: "Open accounts only", name: "Name", workNumber: "Work number", unit: "Unit",
    licence: "Licence number", state: "State", open: "open", notEnrolled: "first log-in due", closed: "closed {time}", lastLogin: "Last log-in", make: "New account",
    makeTitle: "New account", makeWhy: "A new account has no role; the security administrator gives them.", submitMake: "Make it", roles: "Roles",
    rolesTitle: "Roles of {name}", rolesWhy: "An administrator's role stands alone and is never given to oneself. Saving ends the person's sessions.", saveRoles: "Save roles",
    history: "Changes of roles", historyLine: "{role}: from {from}, given by {by}", historyEnd: "; until {to}, taken by {by}", close: "Close", closeTitle: "Close the account of {name}",
    closeWhy: "The person cannot log in any more; roles and grants end. Account and records stay for good; it is never deleted nor opened again.", reset: "Reset",
    resetTitle: "Reset the log-in of {name}", resetWhy: "For who lost password or authenticator. All roles are taken; the security administrator gives them again.", reason: "Reason",
    needReason: "Give a reason.", first: "First password (shown this once, good until {until})",
    firstWhy: "Hand it over in person. At the first log-in it is changed and an authenticator bound.", firstDone: "Noted, close", none: "No account meets these conditions.",
    noneButton: "Clear conditions", need: "Fill this in.", badNumber: "A work number has 1 to 32 letters, digits or hyphens.", more: "Actions",
  },
  log: {
    title: "Custody log", why: "Every intake, request, approval, view, copy and refusal; lines are added, never changed. The newest checkpoint covers {size}.", kind: "Kind",
    index: "Index", time: "Time", hash: "Leaf hash", body: "Body", show: "Show", hide: "Hide", none: "No leaf of this kind.", noneButton: "Show all", any: "All kinds",
  },
  leaf: {
    log_opened: "opened", object: "stored", imported: "imported", quarantine: "quarantine", receipt: "receipt", fork: "fork", incident: "incident", policy: "policy", hold_placed: "hold placed",
    hold_lifted: "hold lifted", retention: "retention", names_opened: "names opened", appointment: "appointment", dismissal: "dismissal", request: "request",
    approval: "approval", view: "view", copy: "copy", access_refused: "access refused", grant_ended: "grant ended",
  },
  audit: {
    title: "Account log", time: "Time", what: "What", person: "Account", by: "By", detail: "Detail", none: "The account log is empty.", nobody: "—",
    kinds: {
      made: "made", closed: "closed", reset: "reset", role_given: "role given", role_ended: "role taken", password_set: "password set", totp_set: "authenticator bound",
      login: "log-in", login_failed: "log-in failed", logout: "log-out",
    },
  },
  status: {
    title: "Status", origin: "Custody log", logSize: "Leaves", stored: "Objects stored", quarantined: "Objects in quarantine", forks: "Forks", receipts: "Receipts",
    free: "Free space", absent: "Objects absent", damaged: "Objects damaged", second: "Second copy", secondNone: "not asked for", secondOk: "well", uncopied: "Not copied yet",
    sandbox: "Isolation", freezing: "Freezing of objects", version: "Version", good: "well", bad: "to be mended",
  },
};
