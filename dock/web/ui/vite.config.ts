// SPDX-License-Identifier: Apache-2.0
// Builds the page into static files that the dock serves; nothing inline, nothing from elsewhere.
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [vue()],
  build: {
    outDir: "../../../build/ui",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // a data: URL would need a wider Content-Security-Policy
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
});
