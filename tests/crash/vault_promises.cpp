// SPDX-License-Identifier: Apache-2.0
// Holding a vault against what it gave out.
#include "tests/crash/vault_promises.hpp"

#include "common/core/log.hpp"
#include "common/evidence/vault_check.hpp"

#include <filesystem>
#include <set>

#include <fmt/format.h>

namespace liuhen::vault::test {

namespace {

using core::ErrorKind;
using core::fail;

constexpr std::size_t kStep = 16'384;

tl::unexpected<core::Error> broken(std::string what) {
    return fail(ErrorKind::Internal, std::move(what));
}

Result<void> holdsNote(const Agency& agency, tlog::TileStore& tiles, const std::string& text) {
    LIUHEN_TRY(const auto note, tlog::parseCheckpoint(text));
    if (!tlog::verifySignature(note.note, kOrigin, agency.checkpointKey.publicBytes())) {
        return broken("a checkpoint given out is not signed by the log");
    }
    if (tiles.size() < note.checkpoint.size) {
        return broken(fmt::format("the log has {} leaves, a checkpoint of {} was given out",
                                  tiles.size(),
                                  note.checkpoint.size));
    }
    LIUHEN_TRY(const Digest root, tiles.rootAt(note.checkpoint.size));
    return root == note.checkpoint.root ? Result<void>()
                                        : broken("the log is not that of a checkpoint given out");
}

Result<void> holdsReceipt(core::Files& files,
                          const std::string& folder,
                          const Agency& agency,
                          tlog::TileStore& tiles,
                          ByteView message) {
    LIUHEN_TRY(const auto receipt, evidence::Receipt::verify(message, agency.root.certificate()));
    const std::string hex = core::toHex(receipt.object);
    LIUHEN_TRY(
        const Buffer bytes,
        core::readFile(
            files, fmt::format("{}/objects/{}/{}", folder, hex.substr(0, 2), hex), UINT64_MAX));
    if (bytes.size() != receipt.size || crypto::sha256(bytes) != receipt.object) {
        return broken("a receipted object is not what was receipted");
    }
    LIUHEN_CHECK(holdsNote(agency, tiles, receipt.checkpoint));
    LIUHEN_TRY(const Buffer leaf, tiles.leaf(receipt.index));
    return leaf == receipt.leaf ? Result<void>() : broken("a receipt's leaf is another");
}

/// Every file among the objects is named by a leaf.
Result<void> hasLeaves(core::Files& files, const std::string& folder, tlog::TileStore& tiles) {
    std::set<std::string> named;
    for (std::uint64_t i = 0; i < tiles.size(); ++i) {
        LIUHEN_TRY(const Buffer bytes, tiles.leaf(i));
        LIUHEN_TRY(const evidence::Leaf leaf, evidence::Leaf::decode(bytes));
        if (leaf.kind == "object") {
            LIUHEN_TRY(const auto object, evidence::ObjectLeaf::decode(bytes));
            named.insert(core::toHex(object.object));
        } else if (leaf.kind == "quarantine" || leaf.kind == "fork") {
            return broken("good bytes were taken for no evidence");
        }
    }
    LIUHEN_TRY(const auto groups, files.list(folder + "/objects"));
    for (const core::FolderItem& group : groups) {
        LIUHEN_TRY(const auto objects, files.list(folder + "/objects/" + group.name));
        for (const core::FolderItem& object : objects) {
            if (!named.contains(object.name)) {
                return broken("object " + object.name + " has no leaf");
            }
        }
    }
    return {};
}

Result<void> holdsAll(const Site& site, const std::string& folder, const Promises& given) {
    LIUHEN_TRY(auto tiles,
               tlog::TileStore::open(*site.files, folder + "/log", folder + "/test-scratch"));
    for (const std::string& note : given.notes) {
        LIUHEN_CHECK(holdsNote(site.agency, tiles, note));
    }
    for (const Buffer& receipt : given.receipts) {
        LIUHEN_CHECK(holdsReceipt(*site.files, folder, site.agency, tiles, receipt));
    }
    return hasLeaves(*site.files, folder, tiles);
}

/// Takes one thing in; what a crash left of its bytes may have to be sent again.
Result<Buffer> completes(Vault& vault, const Evidence& evidence) {
    constexpr int kTries = 3;
    std::string why;
    for (int attempt = 0; attempt < kTries; ++attempt) {
        LIUHEN_TRY(auto answer, takeIn(vault, evidence.place, evidence.bytes, kStep));
        if (answer.state == State::Receipted) {
            return std::move(answer.receipt);
        }
        why = fmt::format("{}: {}", name(answer.state), answer.reason);
    }
    return broken(describe(evidence.place) + " is not taken in: " + why);
}

Result<void> goesOn(Vault& vault, const std::vector<Evidence>& evidence, const Promises& given) {
    std::set<Buffer> receipts;
    for (const Evidence& each : evidence) {
        LIUHEN_TRY(Buffer receipt, completes(vault, each));
        receipts.insert(std::move(receipt));
    }
    for (const Buffer& receipt : given.receipts) {
        if (!receipts.contains(receipt)) {
            return broken("what was receipted has another receipt now");
        }
    }
    return vault.publish();
}

}  // namespace

std::vector<Evidence> evidenceOf(const SampleRecorder& recorder,
                                 std::uint64_t recording,
                                 std::uint64_t segments) {
    std::vector<Evidence> all = {{chapterPlace(recorder, 0), recorder.chapters()[0].bytes}};
    for (std::uint64_t n = 0; n < segments; ++n) {
        all.push_back({segmentPlace(recorder, recording, n), recorder.segment(recording, n)});
    }
    return all;
}

Result<void> keepsPromises(const Site& site,
                           const std::string& folder,
                           const std::vector<Evidence>& evidence,
                           const Promises& given) {
    const auto medium = systemMedium();
    const core::SystemClock clock;
    {
        LIUHEN_TRY(const auto vault,
                   Vault::open(VaultParts{*site.files, *medium, clock, site.agency.identity()},
                               VaultFolders{folder, folder + "/db", site.registered()}));
        LIUHEN_CHECK(holdsAll(site, folder, given));
        LIUHEN_CHECK(goesOn(*vault, evidence, given));
    }
    LIUHEN_CHECK(holdsAll(site, folder, given));
    LIUHEN_TRY(const auto trust,
               evidence::Trust::open(*site.files, site.folder / "agency/root.pem"));
    LIUHEN_TRY(const auto report, evidence::checkVault(*site.files, folder, trust, std::nullopt));
    if (report.verdict() != evidence::Verdict::Intact) {
        return broken("the vault is not intact: " +
                      (report.firstBad() != nullptr ? report.firstBad()->text : ""));
    }
    return {};
}

std::string quickFolder() {
    constexpr std::uint64_t kEnough = std::uint64_t{1} << 30U;
    const auto free = core::systemFiles()->freeBytes("/dev/shm");
    return free && *free >= kEnough ? "/dev/shm" : std::filesystem::temp_directory_path().string();
}

bool isLong() {
    return std::getenv("LIUHEN_LONG") != nullptr;  // NOLINT(concurrency-mt-unsafe): read only
}

bool isShort() {
    return std::getenv("LIUHEN_FEW") != nullptr;  // NOLINT(concurrency-mt-unsafe): read only
}

}  // namespace liuhen::vault::test
