// SPDX-License-Identifier: Apache-2.0
// The four boxes of ours in a segment file (docs/format/segment.md section 1).
#pragma once

#include "common/media/box.hpp"

namespace liuhen::evidence {

inline constexpr media::UserType kEnvelopeBox = {
    'l', 'i', 'u', 'h', 'e', 'n', 0, 1, 0x80, 0, 'e', 'n', 'v', 'e', 'l', 'o'};
inline constexpr media::UserType kLinkBox = {
    'l', 'i', 'u', 'h', 'e', 'n', 0, 1, 0x80, 0, 'l', 'i', 'n', 'k', 0, 0};
inline constexpr media::UserType kLockedBox = {
    'l', 'i', 'u', 'h', 'e', 'n', 0, 1, 0x80, 0, 'l', 'o', 'c', 'k', 'e', 'd'};
inline constexpr media::UserType kProofBox = {
    'l', 'i', 'u', 'h', 'e', 'n', 0, 1, 0x80, 0, 'p', 'r', 'o', 'o', 'f', 0};

}  // namespace liuhen::evidence
