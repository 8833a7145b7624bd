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

enum class PartFate {
    Written,   // and durable
    Lost,      // signed, then the card failed: `part.lost` is in the ledger
    Refused,   // by the card, before anything was signed
    Unusable,  // the samples make no part; nothing was signed
};

/// What became of a part, and why if it was not written.
struct PartOutcome {
    PartFate fate = PartFate::Written;
    core::Error error;
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
    /// Errors: those of media::makeInit; nothing was signed then. `locking` may be null; it must
    /// outlive the writer.
    [[nodiscard]] static core::Result<std::unique_ptr<SegmentWriter>> begin(
        core::Files& files,
        const std::string& cardFolder,
        Ledger& ledger,
        Locking* locking,
        Config config);

    /// Writes one part and syncs it once.
    ///
    /// The samples of a lost part may go into one of another segment, those of a refused one may be
    /// tried here again. Power loss: the whole part or a torn one at the end.
    [[nodiscard]] PartOutcome write(const PartSamples& samples);

    /// Appends `segment.end`. Nothing is written to the file, but that the bytes of a lost part are
    /// cut off once more, if they could not be. Where they still cannot, the segment is left
    /// without an end: mend() may be tried later, and the next start's recovery does it.
    void end();

    /// Whether bytes of a lost part are still in the file.
    [[nodiscard]] bool isDirty() const { return dirty_; }
    /// Cuts them off, if they are there, and says in another `part.lost` where they are now.
    void mend();

    [[nodiscard]] const Config& config() const { return config_; }
    [[nodiscard]] std::uint64_t partsWritten() const { return partsWritten_; }

private:
    SegmentWriter(core::Files& files, Ledger& ledger, Locking* locking, Config config)
        : files_(&files), ledger_(&ledger), locking_(locking), config_(std::move(config)) {}
    [[nodiscard]] core::Result<void> openFile();
    [[nodiscard]] core::Result<void> checkCard() const;
    /// The fragment's head, the pieces of `moof mdat`, and what of the body is known by then.
    [[nodiscard]] core::Result<void> layOut(const PartSamples& samples,
                                            evidence::PartBody& body,
                                            core::Buffer& headBytes,
                                            std::vector<core::ByteView>& media) const;
    [[nodiscard]] PartOutcome append(const evidence::Entry& entry,
                                     const evidence::PartBody& body,
                                     const core::Buffer& link,
                                     const std::vector<core::ByteView>& media);
    /// After a failed write: what it left behind goes to card/torn; where, if it did.
    [[nodiscard]] std::optional<evidence::TornFile> cutOff();
    [[nodiscard]] core::Result<std::optional<evidence::TornFile>> takeAway();

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
    bool made_ = false;               // the file's name is there
    bool trusted_ = true;             // no sync of the file has failed
    bool dirty_ = false;              // bytes of a lost part are still in the file
    std::uint64_t lost_ = 0;          // seq of the part that they are of
};

}  // namespace liuhen::recorder
