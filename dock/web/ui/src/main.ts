// SPDX-License-Identifier: Apache-2.0
// Starts the page.
import { createApp } from "vue";
import App from "./App.vue";
import { i18n, speakAsRemembered } from "./i18n";
import { router } from "./router";
import "./element";
import "./style.css";

await speakAsRemembered();
createApp(App).use(i18n).use(router).mount("#page");
