// SPDX-License-Identifier: Apache-2.0
// RFC 6962 section 2.1 word for word: recursive, slow, and independent of the code under test.
#pragma once

#include "common/crypto/digest.hpp"

#include <span>
#include <vector>

namespace liuhen::test {

using core::Digest;
using Hashes = std::span<const Digest>;

/// The largest power of two smaller than n, for n > 1.
inline std::size_t naiveSplit(std::size_t n) {
    std::size_t k = 1;
    while (k * 2 < n) {
        k *= 2;
    }
    return k;
}

inline Digest naiveNode(const Digest& left, const Digest& right) {
    core::Buffer bytes = {1};
    core::append(bytes, left);
    core::append(bytes, right);
    return crypto::sha256(core::ByteView(bytes));
}

// NOLINTBEGIN(misc-no-recursion): the RFC's own definitions are recursive.

/// MTH(D[n]), from leaf hashes.
inline Digest naiveRoot(Hashes d) {
    if (d.empty()) {
        return crypto::sha256(core::ByteView());
    }
    if (d.size() == 1) {
        return d.front();
    }
    const std::size_t k = naiveSplit(d.size());
    return naiveNode(naiveRoot(d.first(k)), naiveRoot(d.subspan(k)));
}

/// PATH(m, D[n]).
inline std::vector<Digest> naivePath(std::size_t m, Hashes d) {
    if (d.size() <= 1) {
        return {};
    }
    const std::size_t k = naiveSplit(d.size());
    const bool left = m < k;
    std::vector<Digest> path = left ? naivePath(m, d.first(k)) : naivePath(m - k, d.subspan(k));
    path.push_back(naiveRoot(left ? d.subspan(k) : d.first(k)));
    return path;
}

/// SUBPROOF(m, D[n], b).
inline std::vector<Digest> naiveSubproof(std::size_t m, Hashes d, bool whole) {
    if (m == d.size()) {
        return whole ? std::vector<Digest>{} : std::vector<Digest>{naiveRoot(d)};
    }
    const std::size_t k = naiveSplit(d.size());
    const bool left = m <= k;
    std::vector<Digest> path =
        left ? naiveSubproof(m, d.first(k), whole) : naiveSubproof(m - k, d.subspan(k), false);
    path.push_back(naiveRoot(left ? d.subspan(k) : d.first(k)));
    return path;
}

// NOLINTEND(misc-no-recursion)

}  // namespace liuhen::test
