// SPDX-License-Identifier: Apache-2.0
// The Merkle tree of RFC 6962 (SHA-256): hashes, the growing tree, inclusion and consistency
// proofs.
#pragma once

#include "common/core/bytes.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace liuhen::tlog {

using core::Buffer;
using core::ByteView;
using core::Digest;
using core::Result;

/// SHA-256(00 || data) (RFC 6962 section 2.1).
[[nodiscard]] Digest leafHash(ByteView data);
/// SHA-256(01 || left || right).
[[nodiscard]] Digest nodeHash(const Digest& left, const Digest& right);
/// The root of the tree without leaves: SHA-256 of nothing.
[[nodiscard]] Digest emptyRoot();
/// The root over leaf hashes (or over the roots of equal complete subtrees), all in memory.
[[nodiscard]] Digest rootOf(std::span<const Digest> hashes);

/// Answers the hash of the complete subtree over leaves [index << level, (index + 1) << level).
using SubtreeReader = std::function<Result<Digest>(unsigned level, std::uint64_t index)>;

/// A tree that grows at its right end and remembers only its right edge: at most 64 hashes.
class Tree {
public:
    Tree() = default;
    /// The tree of `size` leaves whose subtrees `reader` knows. Errors: those of `reader`.
    [[nodiscard]] static Result<Tree> load(std::uint64_t size, const SubtreeReader& reader);

    /// Appends a leaf by its hash, in O(log size), O(1) on the average.
    void append(const Digest& leaf);
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] Digest root() const;

private:
    std::uint64_t size_ = 0;
    std::vector<Digest> edge_;  // roots of complete subtrees, the largest and leftmost first
};

/// The audit path of leaf `index` in the tree of `size` leaves, from the leaf upwards (RFC 6962
/// section 2.1.1). Errors: InvalidArgument if `index` is not below `size`; those of `reader`.
[[nodiscard]] Result<std::vector<Digest>> inclusionPath(std::uint64_t index,
                                                        std::uint64_t size,
                                                        const SubtreeReader& reader);

/// The proof that the tree of `newSize` leaves begins with that of `oldSize` (RFC 6962
/// section 2.1.2). Empty if `oldSize` is 0 or `newSize`. Errors: InvalidArgument if the tree
/// shrinks; those of `reader`.
[[nodiscard]] Result<std::vector<Digest>> consistencyPath(std::uint64_t oldSize,
                                                          std::uint64_t newSize,
                                                          const SubtreeReader& reader);

/// Whether `path` leads from the leaf at `index` to the root of the tree of `size` leaves
/// (RFC 9162 section 2.1.3.2). The path may come from anywhere; its length is bounded by `size`.
[[nodiscard]] bool verifyInclusion(const Digest& leaf,
                                   std::uint64_t index,
                                   std::uint64_t size,
                                   std::span<const Digest> path,
                                   const Digest& root);

/// Whether `path` shows that the new tree begins with the old one (RFC 9162 section 2.1.4.2). Every
/// tree begins with the empty one, whose root must then be emptyRoot() and whose path is empty.
[[nodiscard]] bool verifyConsistency(std::uint64_t oldSize,
                                     const Digest& oldRoot,
                                     std::uint64_t newSize,
                                     const Digest& newRoot,
                                     std::span<const Digest> path);

}  // namespace liuhen::tlog
