// SPDX-License-Identifier: Apache-2.0
// What the log's tests share: a known key, leaves that can be made again, results that must hold.
#pragma once

#include "common/crypto/keys.hpp"
#include "common/tlog/tree.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace liuhen::test {

/// The value of a result that the test takes for granted.
template <class T>
T must(core::Result<T> result) {
    INFO((result ? std::string() : result.error().message));
    REQUIRE(result.has_value());
    return *std::move(result);
}

inline void must(const core::Result<void>& result) {
    INFO((result ? std::string() : result.error().message));
    REQUIRE(result.has_value());
}

/// The example key "PeterNeumann" of Go's sumdb/note, as PKCS#8.
inline crypto::NoteKey exampleKey() {
    return must(crypto::NoteKey::fromPem(
        "-----BEGIN PRIVATE KEY-----\n"
        "MC4CAQAwBQYDK2VwBCIEIIEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n"
        "-----END PRIVATE KEY-----\n"));
}

/// Leaf `index` of the test histories: 0 to 96 bytes that depend on the index.
inline core::Buffer leafOf(std::uint64_t index) {
    core::Buffer leaf;
    core::appendU64(leaf, index * 0x9E3779B97F4A7C15U);
    leaf.resize(index % 97, static_cast<std::uint8_t>(index));
    return leaf;
}

inline std::vector<core::Buffer> leavesOf(std::uint64_t begin, std::uint64_t end) {
    std::vector<core::Buffer> leaves;
    for (std::uint64_t i = begin; i < end; ++i) {
        leaves.push_back(leafOf(i));
    }
    return leaves;
}

inline std::vector<core::Digest> leafHashes(std::uint64_t count) {
    std::vector<core::Digest> hashes;
    for (std::uint64_t i = 0; i < count; ++i) {
        hashes.push_back(tlog::leafHash(leafOf(i)));
    }
    return hashes;
}

}  // namespace liuhen::test
