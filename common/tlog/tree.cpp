// SPDX-License-Identifier: Apache-2.0
// RFC 6962 trees without recursion: ranges are split where the RFC's recursion would split them.
#include "common/tlog/tree.hpp"

#include "common/crypto/digest.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <string>

namespace liuhen::tlog {
namespace {

using core::ErrorKind;
using core::fail;

constexpr std::array<std::uint8_t, 1> kLeafPrefix = {0};
constexpr std::array<std::uint8_t, 1> kNodePrefix = {1};

/// The hash of neighbours, the largest subtree leftmost, as RFC 6962 hangs them together.
Digest joined(std::span<const Digest> subtrees) {
    if (subtrees.empty()) {
        return emptyRoot();
    }
    Digest hash = subtrees.back();
    for (std::size_t i = subtrees.size() - 1; i > 0; --i) {
        hash = nodeHash(subtrees[i - 1], hash);
    }
    return hash;
}

/// The complete subtrees of leaves [begin, end); `begin` is a multiple of the largest of them.
Result<std::vector<Digest>> subtreesOf(std::uint64_t begin,
                                       std::uint64_t end,
                                       const SubtreeReader& reader) {
    std::vector<Digest> subtrees;
    while (begin < end) {
        const std::uint64_t width = std::bit_floor(end - begin);
        const auto level = static_cast<unsigned>(std::countr_zero(width));
        LIUHEN_TRY(const Digest hash, reader(level, begin >> level));
        subtrees.push_back(hash);
        begin += width;
    }
    return subtrees;
}

Result<Digest> rangeHash(std::uint64_t begin, std::uint64_t end, const SubtreeReader& reader) {
    LIUHEN_TRY(const std::vector<Digest> subtrees, subtreesOf(begin, end, reader));
    return joined(subtrees);
}

/// Where RFC 6962 splits [begin, end): the largest power of two smaller than its length.
std::uint64_t splitOf(std::uint64_t begin, std::uint64_t end) {
    return begin + std::bit_floor(end - begin - 1);
}

/// The way from a node up to the root, along the path that proves it (RFC 9162 section 2.1.3.2).
struct Climb {
    std::uint64_t at;    // the node's place in its level
    std::uint64_t last;  // the place of the level's last node

    [[nodiscard]] bool atRoot() const { return last == 0; }
    [[nodiscard]] bool siblingIsLeft() const { return (at & 1U) != 0 || at == last; }
    /// One level up, or, at the right edge, as many as have no sibling there.
    void up() {
        if (siblingIsLeft()) {
            while ((at & 1U) == 0 && at != 0) {
                halve();
            }
        }
        halve();
    }
    void halve() {
        at >>= 1U;
        last >>= 1U;
    }
};

}  // namespace

Digest leafHash(ByteView data) {
    return crypto::sha256({ByteView(kLeafPrefix), data});
}

Digest nodeHash(const Digest& left, const Digest& right) {
    return crypto::sha256({ByteView(kNodePrefix), ByteView(left), ByteView(right)});
}

Digest emptyRoot() {
    return crypto::sha256(ByteView());
}

Digest rootOf(std::span<const Digest> hashes) {
    Tree tree;
    for (const Digest& hash : hashes) {
        tree.append(hash);
    }
    return tree.root();
}

Result<Tree> Tree::load(std::uint64_t size, const SubtreeReader& reader) {
    Tree tree;
    LIUHEN_TRY(tree.edge_, subtreesOf(0, size, reader));
    tree.size_ = size;
    return tree;
}

void Tree::append(const Digest& leaf) {
    Digest hash = leaf;
    for (std::uint64_t rest = size_; (rest & 1U) != 0; rest >>= 1U) {
        hash = nodeHash(edge_.back(), hash);
        edge_.pop_back();
    }
    edge_.push_back(hash);
    ++size_;
}

Digest Tree::root() const {
    return joined(edge_);
}

Result<std::vector<Digest>> inclusionPath(std::uint64_t index,
                                          std::uint64_t size,
                                          const SubtreeReader& reader) {
    if (index >= size) {
        return fail(ErrorKind::InvalidArgument,
                    "prove leaf " + std::to_string(index) + " in a tree of " +
                        std::to_string(size) + ": no such leaf");
    }
    std::vector<Digest> path;
    std::uint64_t begin = 0;
    std::uint64_t end = size;
    while (end - begin > 1) {
        const std::uint64_t split = splitOf(begin, end);
        const bool left = index < split;
        LIUHEN_TRY(const Digest sibling,
                   left ? rangeHash(split, end, reader) : rangeHash(begin, split, reader));
        path.push_back(sibling);
        (left ? end : begin) = split;
    }
    std::reverse(path.begin(), path.end());
    return path;
}

Result<std::vector<Digest>> consistencyPath(std::uint64_t oldSize,
                                            std::uint64_t newSize,
                                            const SubtreeReader& reader) {
    if (oldSize > newSize) {
        return fail(ErrorKind::InvalidArgument,
                    "prove a tree of " + std::to_string(newSize) + " to begin with one of " +
                        std::to_string(oldSize) + ": it is smaller");
    }
    std::vector<Digest> path;
    if (oldSize == 0) {
        return path;
    }
    std::uint64_t begin = 0;
    std::uint64_t end = newSize;
    while (end != oldSize) {
        const std::uint64_t split = splitOf(begin, end);
        const bool left = oldSize <= split;
        LIUHEN_TRY(const Digest sibling,
                   left ? rangeHash(split, end, reader) : rangeHash(begin, split, reader));
        path.push_back(sibling);
        (left ? end : begin) = split;
    }
    if (begin != 0) {  // the old tree is not itself one subtree of the new one: name its last part
        LIUHEN_TRY(const Digest last, rangeHash(begin, end, reader));
        path.push_back(last);
    }
    std::reverse(path.begin(), path.end());
    return path;
}

bool verifyInclusion(const Digest& leaf,
                     std::uint64_t index,
                     std::uint64_t size,
                     std::span<const Digest> path,
                     const Digest& root) {
    if (index >= size) {
        return false;
    }
    Climb climb{index, size - 1};
    Digest hash = leaf;
    for (const Digest& sibling : path) {
        if (climb.atRoot()) {
            return false;
        }
        hash = climb.siblingIsLeft() ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
        climb.up();
    }
    return climb.atRoot() && hash == root;
}

bool verifyConsistency(std::uint64_t oldSize,
                       const Digest& oldRoot,
                       std::uint64_t newSize,
                       const Digest& newRoot,
                       std::span<const Digest> path) {
    if (oldSize == newSize) {
        return path.empty() && oldRoot == newRoot && (oldSize != 0 || oldRoot == emptyRoot());
    }
    if (oldSize == 0) {
        return path.empty() && oldRoot == emptyRoot();
    }
    if (oldSize > newSize || path.empty()) {
        return false;
    }
    Climb climb{oldSize - 1, newSize - 1};
    while ((climb.at & 1U) != 0) {
        climb.halve();
    }
    // A power of two is one subtree of the new tree: its root is known and not repeated in the
    // path.
    const bool known = std::has_single_bit(oldSize);
    Digest oldHash = known ? oldRoot : path.front();
    Digest newHash = oldHash;
    for (const Digest& sibling : path.subspan(known ? 0 : 1)) {
        if (climb.atRoot()) {
            return false;
        }
        if (climb.siblingIsLeft()) {
            oldHash = nodeHash(sibling, oldHash);
            newHash = nodeHash(sibling, newHash);
        } else {
            newHash = nodeHash(newHash, sibling);
        }
        climb.up();
    }
    return climb.atRoot() && oldHash == oldRoot && newHash == newRoot;
}

}  // namespace liuhen::tlog
