// SPDX-License-Identifier: Apache-2.0
// Kinds of leaves of the custody log (docs/format/custody.md, access.md) that one may look for.
export const leafKinds = [
  "log.opened", "object", "imported", "quarantine", "receipt", "fork", "incident", "policy", "hold.placed", "hold.lifted", "retention", "names.opened",
  "appointment", "dismissal", "request", "approval", "view", "copy", "access.refused", "grant.ended",
] as const;
