// SPDX-License-Identifier: Apache-2.0
// A view or copy while it is open: which bytes it gives out.
#pragma once

#include "common/core/files.hpp"
#include "common/evidence/access_leaves.hpp"
#include "common/evidence/clear_segment.hpp"
#include "dock/vault/access_types.hpp"

#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::vault {

/// Where a segment, or an object, is stored.
struct StoredSegment {
    std::uint64_t segment = 0;
    std::string path;
    std::uint64_t sizeBytes = 0;
};

/// What a use reads with; must outlive it.
struct ReadingParts {
    core::Files& files;
    const crypto::PrivateKey* key = nullptr;  // the evidence key, if the vault has it
};

/// The bytes under one `view` or `copy` leaf. Thread-safe; several segments are read at once.
class OpenUse {
public:
    /// Reads where each segment begins, and leaves out those outside of the span. One that is
    /// damaged stays in, to be told of when it is read. Errors: those of the disk.
    [[nodiscard]] static Result<std::shared_ptr<OpenUse>> open(
        ReadingParts parts,
        const evidence::AccessSubject& subject,
        std::vector<StoredSegment> stored);

    [[nodiscard]] const std::vector<OpenedSegment>& segments() const { return opened_; }
    /// Errors of both: NotFound if there is no such segment; FailedPrecondition if no key opens it;
    /// DataLoss if it is damaged.
    [[nodiscard]] Result<ListedParts> parts(std::uint64_t segment, std::uint64_t first);
    [[nodiscard]] Result<ReadBytes> read(std::uint64_t segment,
                                         std::uint64_t offset,
                                         std::uint64_t length);

private:
    /// One that was read from lately.
    struct Held {
        std::uint64_t segment = 0;
        std::uint64_t sizeBytes = 0;  // of the file
        std::mutex mutex;             // of what follows, once it is shared
        std::unique_ptr<core::File> file;
        std::optional<evidence::ClearSegment> clear;  // none of an object
    };

    OpenUse(ReadingParts parts, const evidence::AccessSubject& subject)
        : parts_(parts), span_(subject.span), object_(subject.object.has_value()) {}
    [[nodiscard]] Result<std::shared_ptr<Held>> openFile(const StoredSegment& stored,
                                                         std::size_t mostParts) const;
    [[nodiscard]] Result<std::shared_ptr<Held>> openClear(std::uint64_t segment) const;
    [[nodiscard]] std::shared_ptr<Held> known(std::uint64_t segment);
    [[nodiscard]] Result<std::shared_ptr<Held>> hold(std::uint64_t segment);
    [[nodiscard]] Result<void> findKeys(const Held& held,
                                        std::size_t first,
                                        std::vector<ListedPart>& parts);

    ReadingParts parts_;
    std::optional<evidence::MediaSpan> span_;
    bool object_ = false;
    std::vector<StoredSegment> stored_;       // by number
    std::vector<OpenedSegment> opened_;       // likewise
    std::mutex mutex_;                        // of what follows
    std::list<std::shared_ptr<Held>> held_;   // the newest first
    std::optional<std::uint64_t> keysApart_;  // ns from a key frame to the next that is told of
};

}  // namespace liuhen::vault
