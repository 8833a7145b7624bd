// SPDX-License-Identifier: Apache-2.0
// The recorder over storage that forgets: whatever the moment of a power cut, the next start leaves
// a ledger that checks as intact, and keeps what was durable.
#include "firmware/recorder/recorder.hpp"

#include "common/core/fault_files.hpp"
#include "common/evidence/card_check.hpp"
#include "common/evidence/messages.hpp"
#include "hal/folder_keystore.hpp"
#include "tests/common/media/media_samples.hpp"

#include <cstdlib>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace {

using namespace std::chrono_literals;
using liuhen::capture::EncodedUnit;
using liuhen::capture::Track;
using liuhen::core::FaultFiles;
using liuhen::core::Nanoseconds;
using liuhen::core::Result;
namespace core = liuhen::core;
namespace crypto = liuhen::crypto;
namespace evidence = liuhen::evidence;
namespace recorder = liuhen::recorder;

constexpr core::Microseconds kNow{1'790'000'000'000'000};

/// One recorder, its agency, and storage that survives restarts.
class Bench {
public:
    explicit Bench(bool encrypted) : encrypted_(encrypted) {
        REQUIRE(files.makeFolders("agency/registered").has_value());
        REQUIRE(files.makeFolders("recorder/keystore").has_value());
        REQUIRE(files.makeFolders("recorder/card").has_value());
        write("agency/root.pem", authority_.certificate().toPem());
        issue(crypto::Role::Recorder, "identity");
        write("recorder/keystore/witness.pem", crypto::NoteKey::generate().toPem());
        const auto key = crypto::PrivateKey::generate();
        recipient_ =
            *authority_.certify(key.publicKey(), crypto::Role::Evidence, "evidence", 5, kNow);
        startAndStop();
        REQUIRE(recorder_ == nullptr);
        registerGenesis();
    }

    [[nodiscard]] Result<void> start() {
        keystore_ = std::make_unique<liuhen::hal::FolderKeystore>(files, "recorder/keystore");
        LIUHEN_TRY(auto keychain, recorder::Keychain::open(*keystore_));
        keychain_ = std::make_unique<recorder::Keychain>(std::move(keychain));
        recorder::RecorderConfig config;
        config.cardFolder = "recorder/card";
        config.firmware = "test";
        if (encrypted_) {
            config.recipients.push_back(*recipient_);
            config.wearer = "somebody";
        }
        LIUHEN_TRY(recorder_,
                   recorder::Recorder::begin(std::move(config),
                                             files,
                                             clock,
                                             *keychain_,
                                             liuhen::media::samples::pictureAndSound()));
        return {};
    }

    /// Feeds `ms` of picture and sound, ticking as the writer thread would.
    void film(int ms) {
        for (int done = 0; done < ms; done += 40) {
            unit(Track::Picture, frame_++ % 25 == 0);
            for (; soundNs_ <= clock.boottime().count(); soundNs_ += 21'333'333) {
                unit(Track::Sound, true);
            }
            clock.advance(40ms);
            recorder_->tick(80, 1'000'000);
        }
    }

    void unit(Track track, bool key) {
        static const core::Buffer kBytes(300, 7);
        const Nanoseconds at = track == Track::Picture ? clock.boottime() : Nanoseconds(soundNs_);
        recorder_->takeUnit(EncodedUnit{track, at, 40ms, key, kBytes, nullptr});
    }

    void beginFilming() {
        soundNs_ = clock.boottime().count();
        frame_ = 0;
    }

    void startAndStop() {
        REQUIRE(start().has_value());
        REQUIRE(recorder_->shutdown("button").has_value());
        stop();
    }

    /// The process ends; the boot's clock starts anew some seconds later.
    void stop() {
        recorder_.reset();
        keychain_.reset();
        clock.advance(3s);
    }

    [[nodiscard]] evidence::Report check() {
        const auto trust = evidence::Trust::open(files, "agency/root.pem");
        REQUIRE(trust.has_value());
        auto report =
            evidence::checkCard(files, {"recorder/card", "card/", "recorder/keystore"}, *trust);
        REQUIRE(report.has_value());
        return *std::move(report);
    }

    [[nodiscard]] recorder::Recorder& operator*() { return *recorder_; }
    [[nodiscard]] bool running() const { return recorder_ != nullptr; }

    FaultFiles files;
    core::ManualClock clock{10s, kNow};

private:
    void write(const std::string& path, std::string_view text) {
        REQUIRE(core::replaceFile(files, path, core::viewOf(text)).has_value());
    }

    void issue(crypto::Role role, const std::string& stem) {
        const auto key = crypto::PrivateKey::generate();
        const auto certificate = authority_.certify(key.publicKey(), role, "LH-000001", 5, kNow);
        REQUIRE(certificate.has_value());
        write("recorder/keystore/" + stem + ".pem", key.toPem());
        write("recorder/keystore/" + stem + ".crt", certificate->toPem());
    }

    void registerGenesis() {
        const auto bytes =
            core::readFile(files, "recorder/card/ledger/0/0000000000.cbor", 1'000'000);
        REQUIRE(bytes.has_value());
        const auto frame = evidence::frameEntry(*bytes);
        const auto genesis = evidence::parseEntry(core::ByteView(*bytes).first(frame.sizeBytes));
        REQUIRE(genesis.has_value());
        const auto message =
            evidence::Registration{"LH-000001", 0, genesis->hash}.sign(authority_.key());
        write("agency/registered/LH-000001-0.cose", core::textOf(message));
    }

    crypto::Authority authority_ = *crypto::Authority::create("bureau", 20, kNow);
    std::optional<crypto::Certificate> recipient_;
    bool encrypted_;
    std::unique_ptr<liuhen::hal::FolderKeystore> keystore_;
    std::unique_ptr<recorder::Keychain> keychain_;
    std::unique_ptr<recorder::Recorder> recorder_;
    std::int64_t soundNs_ = 0;
    int frame_ = 0;
};

void requireIntact(Bench& bench) {
    const evidence::Report report = bench.check();
    if (const auto* bad = report.firstBad()) {
        const std::string text = fmt::format("{}: seq {} {} at {}",
                                             bad->text,
                                             bad->place.seq.value_or(9999),
                                             bad->place.file.value_or("-"),
                                             bad->place.offset.value_or(0));
        FAIL_CHECK(text);
    }
}

/// A short life: press, film, mark, film over a key change, end, shutdown.
Result<void> live(Bench& bench) {
    LIUHEN_CHECK(bench.start());
    bench.beginFilming();
    if (!(*bench).recording()) {
        LIUHEN_CHECK((*bench).start("button", bench.clock.boottime()));
    }
    bench.film(1200);
    LIUHEN_CHECK((*bench).mark("focus", bench.clock.boottime()));
    bench.film(400);
    LIUHEN_CHECK((*bench).ledger().changeEpoch());
    bench.film(800);
    LIUHEN_CHECK((*bench).end("button"));
    return (*bench).shutdown("button");
}

}  // namespace

TEST_SUITE("recorder/recorder") {
    TEST_CASE("a recording with marks, a key change and an end is intact, clear and encrypted") {
        for (const bool encrypted : {false, true}) {
            Bench bench(encrypted);
            REQUIRE(live(bench).has_value());
            bench.stop();
            requireIntact(bench);
            CHECK(bench.check().parts >= 5);
        }
    }

    TEST_CASE("a source that goes and comes back is an interruption of its track alone") {
        Bench bench(false);
        REQUIRE(bench.start().has_value());
        bench.beginFilming();
        REQUIRE((*bench).start("button", bench.clock.boottime()).has_value());
        bench.film(1000);
        (*bench).takeLoss(
            {Track::Picture, "unplugged", bench.clock.boottime(), bench.clock.boottime()});
        for (int i = 0; i < 30; ++i) {
            bench.unit(Track::Sound, true);
            bench.clock.advance(21'333'333ns);
        }
        (*bench).takeReturn(Track::Picture);
        bench.beginFilming();
        bench.film(1000);
        REQUIRE((*bench).shutdown("button").has_value());
        bench.stop();
        requireIntact(bench);
    }

    TEST_CASE("the same nonce gives the same docking entry, also after a restart") {
        Bench bench(false);
        const core::Buffer nonce(32, 9);
        REQUIRE(bench.start().has_value());
        const auto first = (*bench).dock(nonce);
        REQUIRE(first.has_value());
        const auto again = (*bench).dock(nonce);
        REQUIRE(again.has_value());
        CHECK(again->bytes == first->bytes);
        bench.stop();
        bench.files.crash();
        REQUIRE(bench.start().has_value());
        CHECK_FALSE((*bench).recording());
        REQUIRE((*bench).shutdown("button").has_value());
        bench.stop();
        requireIntact(bench);
    }

    TEST_CASE("a card that refuses one write costs a part.lost and no footage") {
        Bench bench(false);
        REQUIRE(bench.start().has_value());
        bench.beginFilming();
        REQUIRE((*bench).start("button", bench.clock.boottime()).has_value());
        bench.film(1500);
        int failures = 0;
        bench.files.setFault(
            [&failures](core::FileOperation operation, const std::string& path, std::uint64_t) {
                const bool hit = operation == core::FileOperation::Append &&
                                 path.ends_with(".mp4") && failures == 0;
                failures += hit ? 1 : 0;
                return hit ? 5 : 0;  // EIO
            });
        bench.film(2000);
        CHECK(failures == 1);
        REQUIRE((*bench).shutdown("button").has_value());
        bench.stop();
        // What the refused write left is kept in card/torn, and part.lost names it.
        requireIntact(bench);
        const evidence::Report report = bench.check();
        bench.startAndStop();
        requireIntact(bench);
        CHECK(std::any_of(
            report.findings.begin(), report.findings.end(), [](const evidence::Finding& finding) {
                return finding.kind == "part.lost";
            }));
    }

    TEST_CASE("a power cut at any operation leaves a ledger that the next start makes intact") {
        const bool whole =
            std::getenv("LIUHEN_LONG") != nullptr;  // NOLINT(concurrency-mt-unsafe): one thread
        const std::uint64_t step = whole ? 1 : 7;
        bool ended = false;
        for (std::uint64_t cut = 1; !ended; cut += step) {
            CAPTURE(cut);
            Bench bench(cut % 2 == 0);
            bench.files.cutAfterOperations(cut);
            ended = live(bench).has_value();
            bench.stop();
            bench.files.crash(ended ? 0 : cut * 2654435761U + 1);
            const auto started = bench.start();
            REQUIRE_MESSAGE(started.has_value(), (started ? "" : started.error().message));
            REQUIRE((*bench).shutdown("button").has_value());
            bench.stop();
            requireIntact(bench);
        }
    }
}
