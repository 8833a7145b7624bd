// SPDX-License-Identifier: Apache-2.0
// What requests are for (docs/format/access.md).
import type { Schemas } from "./api/client";

/** Whether two persons must sign what grants it. */
export const needsTwo = (purpose: Schemas["Purpose"]) => purpose === "hold" || purpose === "retention";
