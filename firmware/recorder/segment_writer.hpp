// SPDX-License-Identifier: Apache-2.0
// Writes parts of one segment file: link, media, proof, one sync each (docs/format/segment.md).
#pragma once

#include "common/core/files.hpp"
#include "common/evidence/bodies.hpp"
#include "common/evidence/footage_key.hpp"
#include "common/media/fragment_writer.hpp"
#include "common/media/track.hpp"
#include "firmware/recorder/ledger.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::recorder {

/// What one part is made of; the views must stay until write() has answered.
struct PartSamples {
    std::vector<media::Sample> picture;
    std::vector<media::Sample> sound;

    [[nodiscard]] bool empty() const { return picture.empty() && sound.empty(); }
};

/// How the footage of one process run of a recording is locked; absent when it is clear.
struct Locking {
    evidence::FootageKey key;
    core::Buffer envelope;      // CMS, for the init
    std::uint64_t counter = 0;  // the next nonce
    core::Buffer locked;        // the last part's ciphertext: its memory is used again
};

/// One segment under way. Not thread-safe: the writer thread owns it.
class SegmentWriter {
public:
    struct Config {
        std::uint64_t generation = 0;
        std::uint64_t recording = 0;  // seq of start
        std::uint64_t segment = 0;
        std::int64_t zeroNs = 0;
        bool preEvent = false;
        media::Tracks tracks;
    };

    /// Makes the init and appends the `segment` entry; the file is made with the first part.
    /// Errors: those of media::makeInit and Ledger::append. `locking` may be null; it must outlive
    /// the writer.
    [[nodiscard]] static core::Result<std::unique_ptr<SegmentWriter>> begin(
        core::Files& files,
        const std::string& cardFolder,
        Ledger& ledger,
        Locking* locking,
        Config config);

    /// Writes one part and syncs it once. The entry is in the ledger afterwards in any case.
    ///
    /// Errors: of the card; the part is then lost (`part.lost` is written), the caller puts its
    /// samples into the next part of a new segment. Power loss: the whole part or a torn one at the
    /// end.
    [[nodiscard]] core::Result<void> write(const PartSamples& samples);

    /// Appends `segment.end`. Nothing is written to the file. Where bytes of a lost part could not
    /// be cut off, the segment is left without: the next start's recovery does both.
    [[nodiscard]] core::Result<void> end();

    [[nodiscard]] const Config& config() const { return config_; }
    [[nodiscard]] std::uint64_t partsWritten() const { return partsWritten_; }

private:
    SegmentWriter(core::Files& files, Ledger& ledger, Locking* locking, Config config)
        : files_(&files), ledger_(&ledger), locking_(locking), config_(std::move(config)) {}
    [[nodiscard]] core::Result<void> openFile();
    /// After a failed write: what it left behind goes to card/torn; where, if it did.
    [[nodiscard]] std::optional<evidence::TornFile> cutOff();

    core::Files* files_;
    Ledger* ledger_;
    Locking* locking_;
    Config config_;
    std::string cardFolder_;
    std::string path_;
    core::Buffer init_;
    core::Digest initHash_{};
    std::unique_ptr<core::File> file_;
    std::uint64_t offset_ = 0;
    std::uint64_t parts_ = 0;         // entries, lost ones included
    std::uint64_t partsWritten_ = 0;  // in the file
    bool dirty_ = false;              // bytes of a lost part are still in the file
};

}  // namespace liuhen::recorder
