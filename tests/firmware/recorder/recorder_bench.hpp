// SPDX-License-Identifier: Apache-2.0
// One recorder with its agency over storage that forgets and fails, for the tests of this folder.
#pragma once

#include "common/core/fault_files.hpp"
#include "common/evidence/card_check.hpp"
#include "common/evidence/messages.hpp"
#include "firmware/recorder/recorder.hpp"
#include "hal/folder_keystore.hpp"
#include "tests/common/media/media_samples.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace liuhen::recorder::test {

using namespace std::chrono_literals;
using core::FaultFiles;
using core::FileOperation;
using core::Result;

inline constexpr core::Microseconds kNow{1'790'000'000'000'000};
inline constexpr const char* kCard = "recorder/card";
inline constexpr const char* kDevice = "LH-000001";

struct BenchOptions {
    bool encrypted = false;
    bool commissioned = true;  // has had its first, registered start
    std::uint64_t reserveBytes = 0;
    std::string bootId = "boot-1";
    core::Nanoseconds ring{};
    storage::RoomLimits room = {};
    std::vector<std::string> fullMatters = {};
    std::string internalFolder = "recorder/internal";
    std::optional<std::chrono::seconds> singleCopyAfter = std::nullopt;
};

class Bench {
public:
    explicit Bench(BenchOptions chosen = {}) : options(std::move(chosen)) {
        REQUIRE(files.makeFolders("agency/registered").has_value());
        REQUIRE(files.makeFolders("recorder/keystore").has_value());
        REQUIRE(files.makeFolders(kCard).has_value());
        write("agency/root.pem", authority.certificate().toPem());
        issue(crypto::Role::Recorder, "identity");
        write("recorder/keystore/witness.pem", crypto::NoteKey::generate().toPem());
        const auto key = crypto::PrivateKey::generate();
        recipient_ =
            *authority.certify(key.publicKey(), crypto::Role::Evidence, "evidence", 5, kNow);
        if (options.commissioned) {
            startAndStop();
            registerGenesis(0);
        }
    }

    [[nodiscard]] Result<void> start() {
        core::Files& seen = throughCard != nullptr ? *throughCard : files;
        keystore_ = std::make_unique<hal::FolderKeystore>(seen, "recorder/keystore");
        LIUHEN_TRY(auto keychain, Keychain::open(*keystore_));
        keychain_ = std::make_unique<Keychain>(std::move(keychain));
        RecorderConfig config;
        config.cardFolder = kCard;
        config.internalFolder = options.internalFolder;
        config.firmware = "test";
        config.bootId = options.bootId;
        config.reserveBytes = options.reserveBytes;
        config.ring.length = options.ring;
        config.room = options.room;
        config.release = {authority.certificate(), options.singleCopyAfter};
        config.fullMatters = options.fullMatters;
        config.onStorage = [this](storage::StorageEvent event) { told.push_back(event); };
        if (options.encrypted) {
            config.recipients.push_back(*recipient_);
            config.wearer = "somebody";
            config.place = "somewhere";
        }
        LIUHEN_TRY(
            recorder_,
            Recorder::begin(
                std::move(config), seen, clock, *keychain_, media::samples::pictureAndSound()));
        return {};
    }

    /// Starts, or fails the test with the reason.
    void mustStart() {
        const auto started = start();
        REQUIRE_MESSAGE(started.has_value(), (started ? "" : started.error().message));
    }

    /// Presses REC while the sources run; the encoder answers with a key frame.
    void pressWhileFilming() {
        const auto started = recorder_->start("button", clock.boottime());
        REQUIRE_MESSAGE(started.has_value(), (started ? "" : started.error().message));
        beginGroup();
    }

    /// The next picture is a key frame.
    void beginGroup() { frame_ = 0; }

    /// Presses REC and lets the sources begin.
    void press() {
        beginFilming();
        const auto started = recorder_->start("button", clock.boottime());
        REQUIRE_MESSAGE(started.has_value(), (started ? "" : started.error().message));
    }

    /// Feeds `ms` of picture and sound, ticking as the writer thread would.
    void film(int ms) {
        for (int done = 0; done < ms; done += 40) {
            if (pictures) {
                unit(Track::Picture, frame_++ % 25 == 0);
            }
            for (; soundNs_ <= clock.boottime().count(); soundNs_ += 21'333'333) {
                if (sounds) {
                    unit(Track::Sound, true);
                }
            }
            clock.advance(40ms);
            recorder_->tick(80, 1'000'000);
        }
    }

    void unit(Track track, bool key) {
        static const core::Buffer kBytes(300, 7);
        const core::Nanoseconds at =
            track == Track::Picture ? clock.boottime() : core::Nanoseconds(soundNs_);
        recorder_->takeUnit(EncodedUnit{track, at, 40ms, key, kBytes, nullptr});
    }

    void beginFilming() {
        soundNs_ = clock.boottime().count();
        frame_ = 0;
    }

    void startAndStop() {
        mustStart();
        REQUIRE(recorder_->shutdown("button").has_value());
        stop();
    }

    /// The process ends; the boot's clock starts anew some seconds later.
    void stop() {
        recorder_.reset();
        keychain_.reset();
        clock.advance(3s);
    }

    /// The machine boots anew: it has been up for so long, and its clock says `utc`.
    void reboot(core::Nanoseconds up, core::Microseconds utc) {
        clock.advance(up - clock.boottime());
        clock.setUtc(utc);
    }

    [[nodiscard]] evidence::Report check() {
        const auto trust = evidence::Trust::open(files, "agency/root.pem");
        REQUIRE(trust.has_value());
        auto report = evidence::checkCard(files, {kCard, "card/", "recorder/keystore"}, *trust);
        REQUIRE(report.has_value());
        return *std::move(report);
    }

    /// "intact", or the worst problem in words.
    [[nodiscard]] std::string verdict() {
        const evidence::Report report = check();
        const auto* bad = report.firstBad();
        return bad == nullptr ? "intact"
                              : fmt::format("{}: generation {} seq {} {} at {}",
                                            bad->text,
                                            bad->place.generation.value_or(99),
                                            bad->place.seq.value_or(9999),
                                            bad->place.file.value_or("-"),
                                            bad->place.offset.value_or(0));
    }

    /// The next start, switched off in order; the verdict then.
    [[nodiscard]] std::string verdictAfterRestart() {
        stop();
        mustStart();
        REQUIRE(recorder_->shutdown("button").has_value());
        stop();
        return verdict();
    }

    [[nodiscard]] std::vector<std::string> chapters(std::uint64_t generation = 0) {
        const std::string folder = fmt::format("{}/ledger/{}", kCard, generation);
        const auto items = files.list(folder);
        std::vector<std::string> paths;
        for (std::size_t i = 0; items && i < items->size(); ++i) {
            paths.push_back(folder + "/" + (*items)[i].name);
        }
        return paths;
    }

    /// The entries of a generation that files hold.
    [[nodiscard]] std::vector<evidence::Entry> entries(std::uint64_t generation = 0) {
        std::vector<evidence::Entry> all;
        for (const std::string& path : chapters(generation)) {
            const auto bytes = core::readFile(files, path, 1U << 30U);
            const auto read =
                bytes ? evidence::parseEntries(*bytes) : Result<std::vector<evidence::Entry>>();
            for (std::size_t i = 0; read && i < read->size(); ++i) {
                all.push_back((*read)[i]);
            }
        }
        return all;
    }

    [[nodiscard]] std::map<std::string, int> kinds(std::uint64_t generation = 0) {
        std::map<std::string, int> counts;
        for (const evidence::Entry& entry : entries(generation)) {
            ++counts[entry.kind];
        }
        return counts;
    }

    /// The last entry of a kind in a generation.
    [[nodiscard]] evidence::Entry last(std::string_view kind, std::uint64_t generation = 0) {
        evidence::Entry found;
        for (const evidence::Entry& entry : entries(generation)) {
            if (entry.kind == kind) {
                found = entry;
            }
        }
        CAPTURE(kind);
        REQUIRE(found.kind == kind);
        return found;
    }

    [[nodiscard]] std::size_t count(const std::string& below) {
        const auto items = files.list(fmt::format("{}/{}", kCard, below));
        return items ? items->size() : 0;
    }

    void write(const std::string& path, std::string_view text) {
        REQUIRE(core::replaceFile(files, path, core::viewOf(text)).has_value());
    }

    void registerGenesis(std::uint64_t generation) {
        const auto bytes = core::readFile(
            files, fmt::format("{}/ledger/{}/0000000000.cbor", kCard, generation), 1U << 30U);
        REQUIRE(bytes.has_value());
        const auto frame = evidence::frameEntry(*bytes);
        const auto genesis = evidence::parseEntry(core::ByteView(*bytes).first(frame.sizeBytes));
        REQUIRE(genesis.has_value());
        const auto message =
            evidence::Registration{kDevice, generation, genesis->hash}.sign(authority.key());
        write(fmt::format("agency/registered/{}-{}.cose", kDevice, generation),
              core::textOf(message));
    }

    /// Fails every operation of a kind on paths that hold `part`, or the `only`th of them.
    void failOn(FileOperation operation, std::string part, int reason, int only = -1) {
        auto seen = std::make_shared<int>(0);
        files.setFault([=, part = std::move(part)](
                           FileOperation asked, const std::string& path, std::uint64_t) {
            const bool fits = asked == operation && path.find(part) != std::string::npos;
            return fits && (only < 0 || (*seen)++ == only) ? reason : 0;
        });
    }

    /// The running recorder, to be run by another; its keys stay here.
    [[nodiscard]] std::unique_ptr<Recorder> release() { return std::move(recorder_); }

    [[nodiscard]] Recorder& operator*() { return *recorder_; }
    [[nodiscard]] Recorder* operator->() { return recorder_.get(); }

    BenchOptions options;
    FaultFiles files;
    core::Files* throughCard = nullptr;  // if set, the recorder sees this
    core::ManualClock clock{10s, kNow};
    crypto::Authority authority = *crypto::Authority::create("bureau", 20, kNow);
    std::vector<storage::StorageEvent> told;
    bool pictures = true;
    bool sounds = true;

private:
    void issue(crypto::Role role, const std::string& stem) {
        const auto key = crypto::PrivateKey::generate();
        const auto certificate = authority.certify(key.publicKey(), role, kDevice, 5, kNow);
        REQUIRE(certificate.has_value());
        write("recorder/keystore/" + stem + ".pem", key.toPem());
        write("recorder/keystore/" + stem + ".crt", certificate->toPem());
    }

    std::optional<crypto::Certificate> recipient_;
    std::unique_ptr<hal::FolderKeystore> keystore_;
    std::unique_ptr<Keychain> keychain_;
    std::unique_ptr<Recorder> recorder_;
    std::int64_t soundNs_ = 0;
    int frame_ = 0;
};

inline void requireIntact(Bench& bench) {
    CHECK(bench.verdict() == "intact");
}

}  // namespace liuhen::recorder::test
