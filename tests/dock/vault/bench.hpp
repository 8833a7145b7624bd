// SPDX-License-Identifier: Apache-2.0
// What the vault's tests share: an agency, a vault on its storage, and a look at what it promised.
#pragma once

#include "common/tlog/checkpoint.hpp"
#include "dock/vault/vault.hpp"
#include "tests/hal/temporary_folder.hpp"
#include "tests/support/sample_recorder.hpp"

#include <array>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace liuhen::vault::test {

using liuhen::test::SampleChapter;
using liuhen::test::SampleRecorder;

inline constexpr const char* kOrigin = "vault-01.test.example";

template <class T>
T must(core::Result<T> result) {
    INFO((result ? std::string() : result.error().message));
    REQUIRE(result.has_value());
    return *std::move(result);
}

inline void must(const core::Result<void>& result) {
    INFO((result ? std::string() : result.error().message));
    REQUIRE(result.has_value());
}

/// Keys and certificates of an agency and its vault.
struct Agency {
    core::Microseconds now = core::SystemClock().utc();
    crypto::Authority root = *crypto::Authority::create("Test Agency", 10, now);
    crypto::PrivateKey receiptKey = crypto::PrivateKey::generate();
    crypto::Certificate receipt =
        *root.certify(receiptKey.publicKey(), crypto::Role::Receipt, kOrigin, 5, now);
    crypto::NoteKey checkpointKey = crypto::NoteKey::generate();
    crypto::Certificate checkpoint =
        *root.certifyNoteKey(checkpointKey.publicBytes(), kOrigin, 5, now);

    [[nodiscard]] Identity identity() const {
        return {kOrigin, root.certificate(), receiptKey, receipt, checkpointKey, checkpoint};
    }
};

/// Storage that forgets is read back through the seam.
class SeamMedium final : public Medium {
public:
    explicit SeamMedium(core::Files& files) : files_(files) {}
    [[nodiscard]] Result<void> freeze(const std::string& path) override {
        return files_.exists(path) ? Result<void>()
                                   : Result<void>(core::fail(core::ErrorKind::NotFound, path));
    }
    [[nodiscard]] Result<std::unique_ptr<core::File>> open(const std::string& path) override {
        return files_.open(path, core::OpenMode::Read);
    }

private:
    core::Files& files_;
};

inline Place chapterPlace(const SampleRecorder& recorder, std::uint64_t first) {
    return Place{recorder.device(), 0, ObjectType::Chapter, first, 0, 0};
}

inline Place segmentPlace(const SampleRecorder& recorder,
                          std::uint64_t recording,
                          std::uint64_t n) {
    return Place{recorder.device(), 0, ObjectType::Segment, 0, recording, n};
}

inline void writeFile(core::Files& files, const std::string& path, ByteView content) {
    must(files.makeFolders(core::folderOf(path)));
    must(core::replaceFile(files, path, content));
}

/// Whether a receipt's promises hold on disk: object, leaf, log. Answers it.
inline evidence::Receipt checkReceipt(core::Files& files,
                                      const std::string& vault,
                                      const Agency& agency,
                                      ByteView message) {
    const auto receipt = must(evidence::Receipt::verify(message, agency.root.certificate()));
    const std::string hex = core::toHex(receipt.object);
    const auto bytes = must(core::readFile(
        files, fmt::format("{}/objects/{}/{}", vault, hex.substr(0, 2), hex), UINT64_MAX));
    CHECK(bytes.size() == receipt.size);
    CHECK(crypto::sha256(bytes) == receipt.object);
    const auto note = must(tlog::parseCheckpoint(receipt.checkpoint));
    CHECK(tlog::verifySignature(note.note, kOrigin, agency.checkpointKey.publicBytes()));
    auto tiles = must(tlog::TileStore::open(files, vault + "/log", vault + "/test-scratch"));
    REQUIRE(tiles.size() >= note.checkpoint.size);
    CHECK(must(tiles.rootAt(note.checkpoint.size)) == note.checkpoint.root);
    CHECK(must(tiles.leaf(receipt.index)) == receipt.leaf);
    return receipt;
}

/// Offers bytes and hands them over from where the vault stands, `step` at a time.
inline Result<CommitAnswer> takeIn(Vault& vault,
                                   const Offer& offer,
                                   ByteView bytes,
                                   std::size_t step = 4096) {
    LIUHEN_TRY(const OfferAnswer offered, vault.offer(offer));
    if (offered.state != State::Receiving) {
        return CommitAnswer{offered.state, offered.receipt, offered.reason, offered.verdict, false};
    }
    for (std::uint64_t at = offered.offset; at < bytes.size();) {
        const auto piece = bytes.subspan(at, std::min<std::size_t>(step, bytes.size() - at));
        LIUHEN_TRY(auto appender, vault.append(offered.upload, at, piece.size()));
        LIUHEN_CHECK(appender.append(piece));
        LIUHEN_TRY(at, appender.finish(false));
    }
    return vault.commit(offered.upload);
}

inline Result<CommitAnswer> takeIn(Vault& vault,
                                   const Place& place,
                                   ByteView bytes,
                                   std::size_t step = 4096) {
    return takeIn(vault, Offer{place, bytes.size(), std::nullopt}, bytes, step);
}

/// A vault on real files in a folder of its own.
class Bench {
public:
    explicit Bench(bool begin = true) {
        if (begin) {
            open();
        }
    }
    void open() { vault_ = must(tryOpen()); }
    void close() { vault_.reset(); }
    void reopen() {
        close();
        open();
    }
    Result<std::unique_ptr<Vault>> tryOpen() { return Vault::open(parts(), folders()); }
    VaultParts parts() { return {*files, *medium, clock, agency.identity(), {}, copies}; }
    VaultFolders folders() {
        return {path(), path() + "/db", folder / "agency/registered", folder / "agency/witnesses"};
    }
    [[nodiscard]] std::string second() const { return folder / "second"; }
    Vault& vault() { return *vault_; }
    [[nodiscard]] std::string path() const { return folder / "vault"; }
    void enroll(const SampleRecorder& recorder) {
        writeFile(
            *files,
            folder / ("agency/registered/" + evidence::registrationName(recorder.device(), 0)),
            recorder.registration().sign(agency.root.key()));
    }
    evidence::Receipt check(ByteView message) {
        return checkReceipt(*files, path(), agency, message);
    }
    /// A registered recorder with one docked chapter: two segments of three parts.
    SampleRecorder recorder(const std::string& name = "CAM-1") {
        SampleRecorder made(agency.root, name, agency.now);
        recording = made.record(2, 3);
        made.dock();
        enroll(made);
        return made;
    }
    /// The kinds of all leaves, in order.
    std::vector<std::string> leafKinds() {
        must(vault_->publish());
        auto tiles = must(tlog::TileStore::open(*files, path() + "/log", path() + "/test-scratch"));
        std::vector<std::string> kinds;
        for (std::uint64_t i = 0; i < tiles.size(); ++i) {
            kinds.push_back(must(evidence::Leaf::decode(must(tiles.leaf(i)))).kind);
        }
        return kinds;
    }

    hal::test::TemporaryFolder folder;
    std::unique_ptr<core::Files> files = core::systemFiles();
    std::unique_ptr<Medium> medium = systemMedium();
    core::SystemClock clock;
    Agency agency;
    CopySettings copies{};  // for the next open()
    std::uint64_t recording = 0;

private:
    std::unique_ptr<Vault> vault_;
};

}  // namespace liuhen::vault::test
