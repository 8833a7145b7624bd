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

constexpr const char* kWitnessedName = "witnessed";
constexpr unsigned kMaxDepth = 8;
constexpr unsigned kTileHeight = 8;  // 2^8 hashes in a tile

/// Holds the log's files against its leaves.
class LogCheck {
public:
    LogCheck(core::Files& files,
             std::string folder,
             const Trust& trust,
             Witnesses witnesses,
             Report& report,
             const LeafTaker& take)
        : files_(files),
          folder_(std::move(folder)),
          trust_(trust),
          witnesses_(std::move(witnesses)),
          report_(report),
          take_(take) {}

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
            readLeaves();
            buildLevels();
            LIUHEN_CHECK(checkRoot());
        }
        LIUHEN_CHECK(checkFiles("", 0));
        checkAbsent();
        if (checkpoint_) {
            checkOpening();
        }
        if (key_) {
            LIUHEN_CHECK(checkWitnessed());
        }
        if (checkpoint_ && other) {
            LIUHEN_CHECK(checkOther(*other));
        }
        return log_;
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

    /// Every file below the log must be one of the two notes or a tile that the leaves give.
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
            } else if (name != "checkpoint" && name != kWitnessedName) {
                checkTile(name);
            }
        }
        return {};
    }

    void checkTile(const std::string& name) {
        const auto tile = tlog::parseTilePath(name);
        if (!tile || !isDue(*tile)) {
            bad(name, "a file that belongs to no log");
            return;
        }
        present_.insert(name);
        if (!(tile->entries ? bundleHolds(*tile, name) : tileHolds(*tile, name))) {
            bad(name, "the file is not what the leaves give");
        }
    }

    /// Whether the leaves give a tile of this name.
    [[nodiscard]] bool isDue(const tlog::TileName& tile) const {
        std::uint64_t hashes = log_.leaves;
        if (!tile.entries) {
            hashes = tile.level < levels_.size() ? levels_[tile.level].size() : 0;
        }
        // The index first: a name may give one that no product with it holds.
        return tile.index <= hashes / tlog::kTileWidth &&
               tile.index * tlog::kTileWidth + tile.width <= hashes;
    }

    [[nodiscard]] bool tileHolds(const tlog::TileName& tile, const std::string& name) const {
        const auto bytes = core::readFile(files_, path(name), tlog::kBundleBytes);
        const auto first = static_cast<std::size_t>(tile.index * tlog::kTileWidth);
        return bytes && *bytes == tlog::encodeTile(
                                      std::span(levels_[tile.level]).subspan(first, tile.width));
    }

    /// The bundle that the leaves were read from holds them; a narrower one must begin as it does.
    [[nodiscard]] bool bundleHolds(const tlog::TileName& tile, const std::string& name) const {
        tlog::TileName whole = tile;
        whole.width = tlog::tileWidth(0, tile.index, checkpoint_->checkpoint.size);
        if (whole == tile) {
            return true;
        }
        const auto bytes = core::readFile(files_, path(name), tlog::kBundleBytes);
        if (!bytes || !tlog::parseBundle(*bytes, tile.width)) {
            return false;
        }
        const auto all = core::readFile(files_, path(tlog::toPath(whole)), tlog::kBundleBytes);
        return all && all->size() >= bytes->size() &&
               std::equal(bytes->begin(), bytes->end(), all->begin());
    }

    void checkAbsent() {
        const std::uint64_t size = log_.leaves;
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

    void readLeaves() {
        const std::uint64_t size = checkpoint_->checkpoint.size;
        levels_.emplace_back();
        for (std::uint64_t index = 0; log_.leaves < size; ++index) {
            const unsigned width = tlog::tileWidth(0, index, size);
            const std::string name = tlog::toPath(tlog::TileName{true, 0, index, width});
            const auto bytes = core::readFile(files_, path(name), tlog::kBundleBytes);
            const auto bundle =
                bytes ? tlog::parseBundle(*bytes, width)
                      : Result<std::vector<Buffer>>(tl::make_unexpected(bytes.error()));
            if (!bundle) {
                bad(name, "leaves are absent or damaged: " + bundle.error().message);
                return;
            }
            for (const Buffer& leaf : *bundle) {
                takeLeaf(leaf, name);
            }
        }
    }

    void takeLeaf(const Buffer& bytes, const std::string& name) {
        const auto leaf = Leaf::decode(bytes);
        if (!leaf || (leaf->kind == "log.opened") != (log_.leaves == 0)) {
            bad(name, fmt::format("leaf {} is malformed or out of place", log_.leaves));
        }
        if (leaf) {
            if (log_.leaves == 0) {
                opening_ = *leaf;
            }
            take_(log_.leaves, *leaf, bytes);
            if (leaf->kind == "object" || leaf->kind == "quarantine" || leaf->kind == "fork" ||
                leaf->kind == "imported") {
                evidence_ = log_.leaves + 1;
            }
        }
        levels_.front().push_back(tlog::leafHash(bytes));
        ++log_.leaves;
    }

    /// Leaf 0 names the keys; the checkpoint must be signed with one of them.
    void checkOpening() {
        const std::optional<Leaf>& leaf = opening_;
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
        if (!key || !tlog::verifySignature(checkpoint_->note, origin, *key)) {
            bad("checkpoint", "the checkpoint is not signed with the log's key");
            return;
        }
        key_ = *key;
        if (witnesses_.isWitnessed(checkpoint_->note)) {
            log_.witnessed = true;
            log_.witnessedLeaves = checkpoint_->checkpoint.size;
        }
    }

    /// The newest note that was witnessed must be of this log's past, whoever cosigned it.
    Result<void> checkWitnessed() {
        if (!files_.exists(path(kWitnessedName))) {
            return {};
        }
        const auto bytes = core::readFile(files_, path(kWitnessedName), tlog::kNoteBytes);
        const auto seen = bytes
                              ? tlog::parseCheckpoint(core::textOf(*bytes))
                              : Result<tlog::SignedCheckpoint>(tl::make_unexpected(bytes.error()));
        if (!seen) {
            bad(kWitnessedName, "it is no readable checkpoint");
            return {};
        }
        LIUHEN_TRY(const auto why, contradiction(*seen));
        if (why) {
            bad(kWitnessedName, *why);
        } else if (witnesses_.isWitnessed(seen->note)) {
            log_.witnessed = log_.witnessed || seen->checkpoint.size >= evidence_;
            log_.witnessedLeaves = std::max(log_.witnessedLeaves, seen->checkpoint.size);
        }
        return {};
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

    /// The hashes of each tile level, from those of the leaves.
    void buildLevels() {
        while (levels_.back().size() >= tlog::kTileWidth) {
            const std::span<const core::Digest> level(levels_.back());
            std::vector<core::Digest> above;
            for (std::size_t i = 0; i + tlog::kTileWidth <= level.size(); i += tlog::kTileWidth) {
                above.push_back(tlog::rootOf(level.subspan(i, tlog::kTileWidth)));
            }
            levels_.push_back(std::move(above));
        }
    }

    [[nodiscard]] Result<core::Digest> rootAt(std::uint64_t size) const {
        const auto subtree = [this](unsigned level, std::uint64_t index) -> Result<core::Digest> {
            const unsigned height = level % kTileHeight;
            return tlog::rootOf(
                std::span(levels_[level / kTileHeight])
                    .subspan(static_cast<std::size_t>(index << height), std::size_t{1} << height));
        };
        LIUHEN_TRY(const tlog::Tree tree, tlog::Tree::load(size, subtree));
        return tree.root();
    }

    Result<void> checkRoot() {
        const tlog::Checkpoint& checkpoint = checkpoint_->checkpoint;
        if (log_.leaves == checkpoint.size) {
            LIUHEN_TRY(const core::Digest root, rootAt(checkpoint.size));
            if (root != checkpoint.root) {
                bad("checkpoint", "the leaves give another root than the checkpoint's");
            }
        }
        return {};
    }

    Result<void> checkOther(const tlog::SignedCheckpoint& other) {
        LIUHEN_TRY(const auto why, contradiction(other));
        if (why) {
            bad("checkpoint", "the checkpoint to compare with: " + *why);
        }
        return {};
    }

    /// Why a note and these leaves cannot be of one log; nothing if they can.
    Result<std::optional<std::string>> contradiction(const tlog::SignedCheckpoint& note) {
        using Why = std::optional<std::string>;
        const tlog::Checkpoint& seen = note.checkpoint;
        if (seen.origin != checkpoint_->checkpoint.origin || !key_ ||
            !tlog::verifySignature(note.note, seen.origin, *key_)) {
            return Why("it is not signed with this log's key");
        }
        if (seen.size > log_.leaves) {
            return Why(
                fmt::format("the log once had {} leaves; now it has {}", seen.size, log_.leaves));
        }
        LIUHEN_TRY(const core::Digest root, rootAt(seen.size));
        return root == seen.root ? Why()
                                 : Why("the log's past is not the one that was seen by others");
    }

    core::Files& files_;
    std::string folder_;
    const Trust& trust_;
    const Witnesses witnesses_;
    Report& report_;
    const LeafTaker& take_;
    std::uint64_t evidence_ = 0;  // behind the last leaf that tells of bytes
    std::optional<tlog::SignedCheckpoint> checkpoint_;
    std::optional<Leaf> opening_;
    std::optional<tlog::NotePublicKey> key_;  // once the checkpoint is known to be signed with it
    std::set<std::string> present_;
    std::vector<std::vector<core::Digest>>
        levels_;  // of each tile level; none without a checkpoint
    VaultLog log_;
};

}  // namespace

Result<VaultLog> readVaultLog(core::Files& files,
                              const std::string& folder,
                              const Trust& trust,
                              const std::optional<std::string>& otherNote,
                              Report& report,
                              const LeafTaker& take) {
    std::optional<tlog::SignedCheckpoint> other;
    if (otherNote) {
        auto parsed = tlog::parseCheckpoint(*otherNote);
        if (!parsed) {
            return core::failWith(parsed.error(), "read the checkpoint to compare with");
        }
        other = *std::move(parsed);
    }
    LIUHEN_TRY(Witnesses witnesses, trust.witnesses());
    return LogCheck(files, folder, trust, std::move(witnesses), report, take).run(other);
}

}  // namespace liuhen::evidence
