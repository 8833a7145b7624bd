// SPDX-License-Identifier: Apache-2.0
// Reads every file of a log and computes it anew from the leaves.
#include "common/evidence/vault_log.hpp"

#include "common/evidence/fields.hpp"
#include "common/evidence/messages.hpp"
#include "common/tlog/checkpoint.hpp"
#include "common/tlog/tile_path.hpp"
#include "common/tlog/tree.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

using core::Buffer;
using core::Result;

constexpr unsigned kMaxDepth = 8;

/// Holds the log's files against its leaves.
class LogCheck {
public:
    LogCheck(core::Files& files, std::string folder, const Trust& trust, Report& report)
        : files_(files), folder_(std::move(folder)), trust_(trust), report_(report) {}

    Result<VaultLog> run(const std::optional<tlog::SignedCheckpoint>& other) {
        if (files_.exists(folder_)) {
            const auto items = files_.list(folder_);
            if (!items && items.error().kind == core::ErrorKind::FailedPrecondition) {
                bad("", "the log is no folder");
                return VaultLog{};
            }
        }
        LIUHEN_CHECK(readCheckpoint());
        if (checkpoint_) {
            LIUHEN_CHECK(readLeaves());
            buildLevels();
            checkRoot();
        }
        LIUHEN_CHECK(checkFiles("", 0));
        checkAbsent();
        if (checkpoint_) {
            checkOpening();
        }
        if (checkpoint_ && other) {
            checkOther(*other);
        }
        return std::move(log_);
    }

private:
    void bad(const std::string& file, std::string text) {
        report_.add(
            Verdict::Altered,
            Place{
                std::nullopt, std::nullopt, "log" + (file.empty() ? "" : "/" + file), std::nullopt},
            std::move(text));
    }

    [[nodiscard]] std::string path(const std::string& name) const {
        return core::joinPath(folder_, name);
    }

    Result<void> readCheckpoint() {
        const auto bytes = core::readFile(files_, path("checkpoint"), tlog::kNoteBytes);
        if (!bytes) {
            bad("checkpoint", "the log has no readable checkpoint");
            return {};
        }
        auto parsed = tlog::parseCheckpoint(core::textOf(*bytes));
        if (!parsed) {
            bad("checkpoint", parsed.error().message);
            return {};
        }
        checkpoint_ = *std::move(parsed);
        return {};
    }

    /// Every file below the log must be the checkpoint or a tile that the leaves give.
    // NOLINTNEXTLINE(misc-no-recursion): depth is bounded.
    Result<void> checkFiles(const std::string& below, unsigned depth) {
        const auto items = files_.list(below.empty() ? folder_ : path(below));
        if (!items) {
            // An absent log was told of with its checkpoint.
            return below.empty() ? Result<void>() : core::failWith(items.error(), "read log");
        }
        for (const core::FolderItem& item : *items) {
            const std::string name = below.empty() ? item.name : below + "/" + item.name;
            if (item.isFolder && depth < kMaxDepth) {
                LIUHEN_CHECK(checkFiles(name, depth + 1));
            } else if (name != "checkpoint") {
                checkTile(name);
            }
        }
        return {};
    }

    void checkTile(const std::string& name) {
        const auto tile = tlog::parseTilePath(name);
        const Buffer due = tile ? expected(*tile) : Buffer{};
        if (due.empty()) {
            bad(name, "a file that belongs to no log");
            return;
        }
        present_.insert(name);
        const auto bytes = core::readFile(files_, path(name), tlog::kBundleBytes);
        if (!bytes || *bytes != due) {
            bad(name, "the file is not what the leaves give");
        }
    }

    void checkAbsent() {
        const std::uint64_t size = log_.leaves.size();
        std::set<std::string> due;
        for (unsigned level = 0; level < levels_.size(); ++level) {
            const std::uint64_t count =
                (levels_[level].size() + tlog::kTileWidth - 1) / tlog::kTileWidth;
            for (std::uint64_t index = 0; index < count; ++index) {
                due.insert(tlog::toPath(
                    tlog::TileName{false, level, index, tlog::tileWidth(level, index, size)}));
            }
        }
        for (const std::string& name : due) {
            if (!present_.contains(name)) {
                bad(name, "a tile is absent");
            }
        }
    }

    Result<void> readLeaves() {
        const std::uint64_t size = checkpoint_->checkpoint.size;
        for (std::uint64_t index = 0; log_.leaves.size() < size; ++index) {
            const unsigned width = tlog::tileWidth(0, index, size);
            const std::string name = tlog::toPath(tlog::TileName{true, 0, index, width});
            const auto bytes = core::readFile(files_, path(name), tlog::kBundleBytes);
            const auto bundle =
                bytes ? tlog::parseBundle(*bytes, width)
                      : Result<std::vector<Buffer>>(tl::make_unexpected(bytes.error()));
            if (!bundle) {
                bad(name, "leaves are absent or damaged: " + bundle.error().message);
                return {};
            }
            for (const Buffer& leaf : *bundle) {
                checkLeaf(log_.leaves.size(), leaf, name);
                log_.leaves.push_back(leaf);
            }
        }
        return {};
    }

    void checkLeaf(std::size_t index, const Buffer& bytes, const std::string& name) {
        const auto leaf = Leaf::decode(bytes);
        if (!leaf || (leaf->kind == "log.opened") != (index == 0)) {
            bad(name, fmt::format("leaf {} is malformed or out of place", index));
        }
    }

    /// Leaf 0 names the keys; the checkpoint must be signed with one of them.
    void checkOpening() {
        const auto leaf = log_.leaves.empty()
                              ? core::Result<Leaf>(tl::make_unexpected(core::Error{}))
                              : Leaf::decode(log_.leaves.front());
        if (!leaf || leaf->kind != "log.opened") {
            bad("checkpoint", "the log does not begin with its own keys");
            return;
        }
        const std::string& origin = checkpoint_->checkpoint.origin;
        const auto said = textAt(leaf->body, "origin");
        const auto checkpointKey =
            certificateAt(leaf->body, "checkpoint_certificate", crypto::Role::Checkpoint);
        const auto receiptKey =
            certificateAt(leaf->body, "receipt_certificate", crypto::Role::Receipt);
        if (!said || *said != origin || !checkpointKey || !receiptKey ||
            checkpointKey->subject() != origin) {
            bad("checkpoint", "the log's keys are not certified by the agency for this log");
            return;
        }
        const auto key = checkpointKey->noteKey();
        const bool isSigned = key && tlog::verifySignature(checkpoint_->note, origin, *key);
        if (!isSigned) {
            bad("checkpoint", "the checkpoint is not signed with the log's key");
        }
        key_ = key ? std::optional(*key) : std::nullopt;
        log_.witnessed = isSigned && trust_.witnesses().isWitnessed(checkpoint_->note);
    }

    [[nodiscard]] std::optional<crypto::Certificate> certificateAt(const core::Cbor& body,
                                                                   std::string_view field,
                                                                   crypto::Role role) const {
        const auto der = bytesAt(body, field);
        const auto certificate =
            der ? crypto::Certificate::fromDer(*der)
                : Result<crypto::Certificate>(tl::make_unexpected(der.error()));
        if (!certificate || crypto::judge(*certificate, trust_.root(), role, std::nullopt)) {
            return std::nullopt;
        }
        return *certificate;
    }

    /// The hashes of each tile level, from the leaves.
    void buildLevels() {
        std::vector<core::Digest> level;
        level.reserve(log_.leaves.size());
        for (const Buffer& leaf : log_.leaves) {
            level.push_back(tlog::leafHash(leaf));
        }
        while (!level.empty()) {
            levels_.push_back(level);
            std::vector<core::Digest> above;
            for (std::size_t i = 0; i + tlog::kTileWidth <= level.size(); i += tlog::kTileWidth) {
                above.push_back(tlog::rootOf(std::span(level).subspan(i, tlog::kTileWidth)));
            }
            level = std::move(above);
        }
    }

    /// What a tile file of this name must hold; empty if the tree has no such tile.
    [[nodiscard]] Buffer expected(const tlog::TileName& tile) const {
        const std::uint64_t first = tile.index * tlog::kTileWidth;
        if (tile.entries) {
            Buffer bundle;
            if (first + tile.width <= log_.leaves.size()) {
                for (std::uint64_t i = first; i < first + tile.width; ++i) {
                    tlog::appendEntry(bundle, log_.leaves[static_cast<std::size_t>(i)]);
                }
            }
            return bundle;
        }
        if (tile.level >= levels_.size() || first + tile.width > levels_[tile.level].size()) {
            return {};
        }
        return tlog::encodeTile(
            std::span(levels_[tile.level]).subspan(static_cast<std::size_t>(first), tile.width));
    }

    [[nodiscard]] core::Digest rootAt(std::uint64_t size) const {
        tlog::Tree tree;
        for (std::uint64_t i = 0; i < size; ++i) {
            tree.append(levels_.front()[static_cast<std::size_t>(i)]);
        }
        return tree.root();
    }

    void checkRoot() {
        const tlog::Checkpoint& checkpoint = checkpoint_->checkpoint;
        if (log_.leaves.size() == checkpoint.size && rootAt(checkpoint.size) != checkpoint.root) {
            bad("checkpoint", "the leaves give another root than the checkpoint's");
        }
    }

    void checkOther(const tlog::SignedCheckpoint& other) {
        const tlog::Checkpoint& seen = other.checkpoint;
        if (seen.origin != checkpoint_->checkpoint.origin || !key_ ||
            !tlog::verifySignature(other.note, seen.origin, *key_)) {
            bad("checkpoint", "the checkpoint to compare with is not one of this log");
        } else if (seen.size > log_.leaves.size()) {
            bad("checkpoint",
                fmt::format(
                    "the log once had {} leaves; now it has {}", seen.size, log_.leaves.size()));
        } else if (rootAt(seen.size) != seen.root) {
            bad("checkpoint", "the log's past is not the one that was seen elsewhere");
        }
    }

    core::Files& files_;
    std::string folder_;
    const Trust& trust_;
    Report& report_;
    std::optional<tlog::SignedCheckpoint> checkpoint_;
    std::optional<tlog::NotePublicKey> key_;
    std::set<std::string> present_;
    std::vector<std::vector<core::Digest>> levels_;
    VaultLog log_;
};

}  // namespace

Result<VaultLog> readVaultLog(core::Files& files,
                              const std::string& folder,
                              const Trust& trust,
                              const std::optional<std::string>& otherNote,
                              Report& report) {
    std::optional<tlog::SignedCheckpoint> other;
    if (otherNote) {
        auto parsed = tlog::parseCheckpoint(*otherNote);
        if (!parsed) {
            return core::failWith(parsed.error(), "read the checkpoint to compare with");
        }
        other = *std::move(parsed);
    }
    return LogCheck(files, folder, trust, report).run(other);
}

}  // namespace liuhen::evidence
