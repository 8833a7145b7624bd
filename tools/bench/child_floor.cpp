// SPDX-License-Identifier: Apache-2.0
// What no writer of this format can save, in one loop: parts hashed, signed, written, synced.
#include "common/core/files.hpp"
#include "common/crypto/digest.hpp"
#include "common/crypto/keys.hpp"
#include "common/evidence/footage_key.hpp"
#include "tools/bench/children.hpp"
#include "tools/bench/file_player.hpp"

#include <memory>
#include <mutex>
#include <vector>

namespace liuhen::bench {

namespace {

using capture::EncodedUnit;

/// Pictures of a part of 500 ms.
constexpr unsigned kPictures = 15;

/// Hashes each part once; encrypts it and hashes it twice where there is a key (F10). The hash is
/// signed, and the part written and synced.
class Floor {
public:
    Floor(std::unique_ptr<core::File> file, bool encrypt) : file_(std::move(file)) {
        if (encrypt) {
            key_ = std::make_unique<evidence::FootageKey>(evidence::FootageKey::generate());
        }
    }

    /// From both tracks' threads.
    void take(EncodedUnit unit) {
        const std::lock_guard lock(mutex_);
        pictures_ += unit.track == capture::Track::Picture ? 1 : 0;
        part_.push_back(std::move(unit));
        if (pictures_ == kPictures) {
            finishPart();
        }
    }

    /// Behind the last unit. The first error that a part met.
    core::Result<void> end() {
        finishPart();
        return written_;
    }

private:
    void finishPart() {
        std::vector<core::ByteView> media;
        media.reserve(part_.size() + 1);  // and the signature
        for (const EncodedUnit& unit : part_) {
            media.push_back(unit.bytes);
        }
        if (key_ != nullptr) {
            (void)key_->clearHash(counter_, media);
            key_->lock(locked_, counter_++, core::Digest{}, media);
            media = {core::ByteView(locked_)};
        }
        for (const core::ByteView piece : media) {
            hash_.update(piece);
        }
        const crypto::SignatureBytes signature = signer_.sign(hash_.finish());
        media.emplace_back(signature);
        if (written_) {
            written_ = file_->append(media);
        }
        if (written_) {
            written_ = file_->sync();
        }
        part_.clear();
        pictures_ = 0;
    }

    std::unique_ptr<core::File> file_;
    std::unique_ptr<evidence::FootageKey> key_;
    crypto::PrivateKey signer_ = crypto::PrivateKey::generate();
    core::Result<void> written_;
    std::mutex mutex_;
    std::vector<EncodedUnit> part_;
    unsigned pictures_ = 0;
    std::uint64_t counter_ = 0;
    core::Buffer locked_;
    crypto::Sha256 hash_;
};

}  // namespace

core::Result<void> floorOfWriters(const std::string& material,
                                  const std::string& folder,
                                  bool encrypt) {
    const auto files = core::systemFiles();
    LIUHEN_CHECK(files->makeFolders(folder));
    LIUHEN_TRY(auto file, files->open(core::joinPath(folder, "parts"), core::OpenMode::CreateNew));
    Floor floor(std::move(file), encrypt);
    PlayerListener listener;
    listener.tracks = [](const media::Tracks& /*tracks*/) {};
    listener.unit = [&floor](EncodedUnit unit) { floor.take(std::move(unit)); };
    LIUHEN_CHECK(playFile(material, core::Nanoseconds::zero(), listener));
    return floor.end();
}

}  // namespace liuhen::bench
