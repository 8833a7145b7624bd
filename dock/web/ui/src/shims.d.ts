// SPDX-License-Identifier: Apache-2.0
// The light build of hls.js brings no types of its own; they are those of the full one.
declare module "hls.js/light" {
  export { default } from "hls.js";
}
