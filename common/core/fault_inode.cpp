// SPDX-License-Identifier: Apache-2.0
// A file that loses what was not synced.
#include "common/core/fault_tree.hpp"

#include <algorithm>

namespace liuhen::core {

void FaultInode::append(ByteView bytes) {
    changes_.push_back({.isAppend = true, .size = seen_.size(), .bytes = toBuffer(bytes)});
    core::append(seen_, bytes);
}

void FaultInode::truncate(std::size_t size) {
    changes_.push_back({.isAppend = false, .size = size, .bytes = {}});
    seen_.resize(size);
    same_ = std::min(same_, size);
    // What the system forgot is cut off; bytes written from here on are new to it.
    abandoned_ = abandoned_ && size > same_;
}

void FaultInode::sync() {
    if (abandoned_) {
        return;
    }
    kept_.resize(same_);
    core::append(kept_, ByteView(seen_).subspan(same_));
    same_ = seen_.size();
    changes_.clear();
}

Buffer FaultInode::surviving(std::mt19937_64* torn) const {
    Buffer content = kept_;
    if (torn == nullptr) {
        return content;
    }
    for (const Change& change : changes_) {
        const std::uint64_t fate = (*torn)() % 4;
        if (!change.isAppend) {
            if (fate % 2 == 0) {
                // Sizes change in order: without this truncation nothing after it is there.
                break;
            }
            content.resize(change.size);
            continue;
        }
        std::size_t part = fate == 0 ? change.bytes.size() : 0;
        if (fate == 1) {
            part = static_cast<std::size_t>((*torn)() % (change.bytes.size() + 1));
        }
        const std::size_t end = change.size + (fate == 2 ? change.bytes.size() : part);
        if (fate == 3 || end == change.size) {
            continue;
        }
        content.resize(std::max(content.size(), end));  // a hole before it reads as zeros
        std::copy_n(change.bytes.begin(),
                    part,
                    content.begin() + static_cast<Buffer::difference_type>(change.size));
    }
    return content;
}

}  // namespace liuhen::core
