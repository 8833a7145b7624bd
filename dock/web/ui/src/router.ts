// SPDX-License-Identifier: Apache-2.0
// Places of the page. Behind a # so that the dock serves one file for all of them.
import { createRouter, createWebHashHistory, type RouteRecordRaw } from "vue-router";
import type { Operation } from "./api/roles";
import { loadMe, session } from "./session";

declare module "vue-router" {
  interface RouteMeta {
    /** Who may do this operation may open the place; none: whoever is logged in. */
    needs?: Operation;
    /** Open to who is not logged in. */
    open?: boolean;
    /** Without menu and log-out: the screen at the bays. */
    bare?: boolean;
  }
}

export const places: RouteRecordRaw[] = [
  { path: "/", redirect: "/today" },
  { path: "/bay", component: () => import("./pages/Bay.vue"), meta: { open: true, bare: true } },
  { path: "/login", component: () => import("./pages/LogIn.vue"), meta: { open: true } },
  { path: "/enrol", component: () => import("./pages/Enrol.vue") },
  { path: "/today", component: () => import("./pages/Today.vue"), meta: { needs: "todo" } },
  { path: "/bays", redirect: "/intake" },
  { path: "/intake", component: () => import("./pages/Intake.vue"), meta: { needs: "bays" } },
  { path: "/quarantine", component: () => import("./pages/Quarantine.vue"), meta: { needs: "quarantine" } },
  { path: "/imports", component: () => import("./pages/Imports.vue"), meta: { needs: "listImports" } },
  { path: "/recordings", component: () => import("./pages/Recordings.vue"), meta: { needs: "listRecordings" } },
  { path: "/recordings/:device/:generation/:start", component: () => import("./pages/Replay.vue"), meta: { needs: "recording" } },
  { path: "/requests", component: () => import("./pages/Requests.vue"), meta: { needs: "listRequests" } },
  { path: "/desk", component: () => import("./pages/Desk.vue"), meta: { needs: "handouts" } },
  { path: "/book", component: () => import("./pages/Book.vue"), meta: { needs: "book" } },
  { path: "/devices/:tab?", component: () => import("./pages/Devices.vue"), meta: { needs: "devices" } },
  { path: "/matters", component: () => import("./pages/Matters.vue"), meta: { needs: "matters" } },
  { path: "/acts", component: () => import("./pages/Acts.vue"), meta: { needs: "acts" } },
  { path: "/cases", component: () => import("./pages/Cases.vue"), meta: { needs: "cases" } },
  { path: "/accounts", component: () => import("./pages/Accounts.vue"), meta: { needs: "listAccounts" } },
  { path: "/log", component: () => import("./pages/CustodyLog.vue"), meta: { needs: "custodyLog" } },
  { path: "/audit", component: () => import("./pages/Audit.vue"), meta: { needs: "audit" } },
  { path: "/status", component: () => import("./pages/Status.vue"), meta: { needs: "status" } },
  { path: "/me", component: () => import("./pages/Self.vue") },
  { path: "/:rest(.*)*", component: () => import("./pages/NoSuchPlace.vue") },
];

// https://DOCK/bay, as it is typed at the screen of the bays; the dock serves the page there too.
if (location.pathname === "/bay") history.replaceState(null, "", "/#/bay");

export const router = createRouter({ history: createWebHashHistory(), routes: places });

router.beforeEach(async (to) => {
  if (to.meta.open) return true;
  let known = false;
  try {
    known = await loadMe();
  } catch {
    return true; // the page itself says that the dock is away
  }
  if (!known) return { path: "/login", query: to.path === "/today" ? {} : { next: to.fullPath } };
  if (session.me?.stage === "enrolling" && to.path !== "/enrol") return "/enrol";
  if (session.me?.stage === "whole" && to.path === "/enrol") return "/today";
  return true;
});
