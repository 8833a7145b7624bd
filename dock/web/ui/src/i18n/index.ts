// SPDX-License-Identifier: Apache-2.0
// Chinese first; English by a switch that this browser remembers.
import { createI18n } from "vue-i18n";
import type { Problem } from "../api/client";
import { zh } from "./zh";

export type Language = "zh" | "en";
const remembered = "liuhen-language";

export const i18n = createI18n({
  legacy: false,
  locale: "zh",
  fallbackLocale: "zh",
  messages: { zh } as Record<Language, typeof zh>,
});

export async function speak(language: Language): Promise<void> {
  if (language === "en" && !i18n.global.availableLocales.includes("en")) {
    i18n.global.setLocaleMessage("en", (await import("./en")).en);
  }
  i18n.global.locale.value = language;
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = i18n.global.t("app.title");
  localStorage.setItem(remembered, language);
}

export const language = () => i18n.global.locale.value as Language;

/** The sentence of a problem in the language that is spoken. */
export const sentence = (problem: Problem) => (language() === "zh" ? problem.zh : problem.en);
/** Picks of a pair that the dock sends in both languages. */
export const told = (zh_: string, en_: string) => (language() === "zh" ? zh_ : en_);

export function speakAsRemembered(): Promise<void> {
  return speak(localStorage.getItem(remembered) === "en" ? "en" : "zh");
}
