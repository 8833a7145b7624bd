// SPDX-License-Identifier: Apache-2.0
// The roles in the order in which the page lists them.
import type { Role } from "./session";

export const roles: Role[] = ["officer", "custodian", "head", "supervisor", "reviewer", "sysadmin", "secadmin", "audadmin"];
