// SPDX-License-Identifier: Apache-2.0
// Whether a sanitizer is built in: it looks at its own process in ways that a sandbox refuses.
#pragma once

namespace liuhen::vault {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kInstrumented = true;
#else
inline constexpr bool kInstrumented = false;
#endif

}  // namespace liuhen::vault
