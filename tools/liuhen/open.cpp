// SPDX-License-Identifier: Apache-2.0
// `liuhen open`: writes clear copies of segments, each part's hash checked against what was signed.
#include "common/evidence/bodies.hpp"
#include "common/evidence/boxes.hpp"
#include "common/evidence/footage_key.hpp"
#include "common/media/box_list.hpp"
#include "tools/liuhen/commands.hpp"

#include <fmt/format.h>

namespace liuhen::cli {

namespace {

using core::Buffer;
using core::ByteView;
using core::joinPath;
using core::Result;

constexpr std::uint64_t kMaxPemBytes = 65'536;
constexpr std::size_t kMaxBoxes = 1U << 20U;

/// One segment on its way from locked to clear.
class Opener {
public:
    Opener(core::Files& files, const crypto::PrivateKey& recipient)
        : files_(files), recipient_(recipient) {}

    /// Answers how many parts could not be opened; they are left out, and said.
    Result<std::size_t> open(const std::string& from, const std::string& to) {
        LIUHEN_TRY(const auto source, files_.open(from, core::OpenMode::Read));
        LIUHEN_TRY(const std::uint64_t size, source->size());
        read_ = [&source](std::uint64_t offset, std::span<std::uint8_t> into) {
            return source->readAt(offset, into);
        };
        LIUHEN_TRY(const auto boxes, media::listBoxes(read_, size, kMaxBoxes));
        if (media::endOf(boxes) != size) {
            return core::fail(
                core::ErrorKind::DataLoss,
                fmt::format("open {}: bytes at {} are no box", from, media::endOf(boxes)));
        }
        LIUHEN_TRY(const auto target, files_.open(to, core::OpenMode::CreateNew));
        std::uint64_t initEnd = 0;
        std::size_t failed = 0;
        for (std::size_t i = 0; i < boxes.size(); ++i) {
            Buffer bytes(static_cast<std::size_t>(boxes[i].size));
            LIUHEN_CHECK(media::readExactly(read_, boxes[i].offset, bytes));
            const ByteView content = ByteView(bytes).subspan(boxes[i].headerBytes);
            if (boxes[i].userType == evidence::kEnvelopeBox) {
                LIUHEN_TRY(evidence::FootageKey key,
                           evidence::FootageKey::open(content, recipient_));
                key_ = std::move(key);
                initEnd = boxes[i].end();
            } else if (boxes[i].userType == evidence::kLockedBox) {
                auto clear = unlock(content, boxes, i, initEnd);
                if (!clear) {
                    ++failed;
                    fmt::print(stderr,
                               "liuhen: {}: the part at byte {} stays closed: {}\n",
                               from,
                               boxes[i].offset,
                               clear.error().message);
                    continue;
                }
                bytes = *std::move(clear);
            }
            const ByteView piece(bytes);
            LIUHEN_CHECK(target->append(std::span<const ByteView>(&piece, 1)));
        }
        LIUHEN_CHECK(target->sync());
        return failed;
    }

private:
    /// `moof mdat` of a locked box; the proof box behind it tells counter and clear hash.
    Result<Buffer> unlock(ByteView locked,
                          const std::vector<media::BoxPlace>& boxes,
                          std::size_t index,
                          std::uint64_t initEnd) {
        if (!key_ || index + 1 >= boxes.size() ||
            boxes[index + 1].userType != evidence::kProofBox) {
            return core::fail(core::ErrorKind::DataLoss,
                              "open part: it has no envelope or no proof");
        }
        const media::BoxPlace& proof = boxes[index + 1];
        Buffer entryBytes(static_cast<std::size_t>(proof.size - proof.headerBytes));
        LIUHEN_CHECK(media::readExactly(read_, proof.offset + proof.headerBytes, entryBytes));
        LIUHEN_TRY(const evidence::Entry entry, evidence::parseEntry(entryBytes));
        LIUHEN_TRY(const evidence::PartBody body, evidence::PartBody::fromCbor(entry.body));
        if (!body.encryption || initEnd > evidence::kMaxInitBytes) {
            return core::fail(core::ErrorKind::DataLoss,
                              "open part: its entry says that it is clear");
        }
        LIUHEN_TRY(Buffer clear, key_->unlock(body.encryption->counter, body.init, locked));
        const ByteView piece(clear);
        if (key_->clearHash(body.encryption->counter, std::span<const ByteView>(&piece, 1)) !=
            body.encryption->clear) {
            return core::fail(core::ErrorKind::DataLoss,
                              "open part: the clear bytes are not what was signed");
        }
        return clear;
    }

    core::Files& files_;
    const crypto::PrivateKey& recipient_;
    media::ReadAt read_;
    std::optional<evidence::FootageKey> key_;
};

struct Job {
    std::string from;
    std::string to;  // below the target folder
};

/// All segment files below a folder of recordings.
Result<std::vector<Job>> jobsOf(core::Files& files, const std::string& footage) {
    std::vector<Job> jobs;
    LIUHEN_TRY(const auto recordings, files.list(footage));
    for (const core::FolderItem& recording : recordings) {
        if (!recording.isFolder) {
            continue;
        }
        LIUHEN_TRY(const auto segments, files.list(joinPath(footage, recording.name)));
        for (const core::FolderItem& segment : segments) {
            jobs.push_back(Job{joinPath(joinPath(footage, recording.name), segment.name),
                               joinPath(recording.name, segment.name)});
        }
    }
    return jobs;
}

/// Whether a file begins as a segment does: the vault keeps chapters beside segments.
Result<bool> isSegment(core::Files& files, const std::string& path) {
    LIUHEN_TRY(const auto file, files.open(path, core::OpenMode::Read));
    Buffer head(8);
    LIUHEN_TRY(const std::size_t got, file->readAt(0, head));
    return got == head.size() && core::textOf(ByteView(head).subspan(4)) == "ftyp";
}

Result<std::vector<Job>> findJobs(core::Files& files, const std::string& path) {
    if (path.ends_with(".mp4")) {
        return std::vector<Job>{Job{path, path.substr(path.rfind('/') + 1)}};
    }
    for (const char* footage : {"card/footage", "footage"}) {
        if (files.exists(joinPath(path, footage))) {
            return jobsOf(files, joinPath(path, footage));
        }
    }
    LIUHEN_TRY(std::vector<Job> jobs, jobsOf(files, joinPath(path, "objects")));
    std::vector<Job> segments;
    for (Job& job : jobs) {
        LIUHEN_TRY(const bool segment, isSegment(files, job.from));
        if (segment) {
            job.to = job.to.substr(job.to.rfind('/') + 1) + ".mp4";
            segments.push_back(std::move(job));
        }
    }
    return segments;
}

}  // namespace

Result<int> openFootage(core::Files& files, const OpenOptions& options) {
    LIUHEN_TRY(const Buffer pem, core::readFile(files, options.key, kMaxPemBytes));
    LIUHEN_TRY(const crypto::PrivateKey key, crypto::PrivateKey::fromPem(core::textOf(pem)));
    LIUHEN_TRY(const std::vector<Job> jobs, findJobs(files, options.path));
    std::size_t closed = 0;
    for (const Job& job : jobs) {
        const std::string to = joinPath(options.out, job.to);
        LIUHEN_CHECK(files.makeFolders(core::folderOf(to)));
        auto opened = Opener(files, key).open(job.from, to);
        if (!opened) {
            return core::failWith(opened.error(), "open " + job.from);
        }
        closed += *opened;
        fmt::print("{}\n", to);
    }
    bool named = true;
    if (files.exists(joinPath(options.path, "card/ledger")) ||
        files.exists(joinPath(options.path, "ledger"))) {
        LIUHEN_CHECK(files.makeFolders(options.out));
        LIUHEN_TRY(named, openNames(files, options.path, key, options.out));
    }
    return closed == 0 && named ? 0 : 1;
}

}  // namespace liuhen::cli
