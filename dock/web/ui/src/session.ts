// SPDX-License-Identifier: Apache-2.0
// Who is logged in, and what they may do. The server decides; the page only spares people what it would refuse.
import { reactive } from "vue";
import { call, token, watcher, type Problem, type Schemas } from "./api/client";
import { rolesOf, type Operation } from "./api/roles";

export type Me = Schemas["Me"];
export type Role = Schemas["Role"];

export const session = reactive({
  me: null as Me | null,
  /** The session ended while a page was open: its sentence covers the page. */
  ended: null as Problem | null,
});

export function enter(me: Me): void {
  session.me = me;
  session.ended = null;
  token.csrf = me.csrf;
}

export function leave(): void {
  session.me = null;
  session.ended = null;
  token.csrf = "";
}

watcher.problem = (problem) => {
  if (problem.status === 401 && !/^(not_terminal|wrong_code)$/.test(problem.code) && session.me?.stage === "whole") session.ended = problem;
};

/** Asks once who is logged in; false if nobody is. Throws a Problem if the dock does not answer. */
export async function loadMe(): Promise<boolean> {
  if (session.me) return true;
  try {
    enter(await call("get", "/api/v1/me"));
    return true;
  } catch (error) {
    if ((error as Problem).status === 401) return false;
    throw error;
  }
}

export async function logOut(): Promise<void> {
  await call("delete", "/api/v1/session");
  leave();
}

export function may(operation: Operation): boolean {
  const roles: readonly string[] = rolesOf[operation];
  const me = session.me;
  if (!me || me.stage !== "whole") return false;
  return roles.includes("signed-in") || me.roles.some((role) => roles.includes(role));
}

/** An officer and nothing more: gets the small view. */
export function isOnlyOfficer(): boolean {
  return session.me?.roles.length === 1 && session.me.roles[0] === "officer";
}
