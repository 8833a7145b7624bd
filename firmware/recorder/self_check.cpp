// SPDX-License-Identifier: Apache-2.0
// What is measured, and what passes.
#include "firmware/recorder/self_check.hpp"

#include "common/core/log.hpp"
#include "common/crypto/digest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace liuhen::recorder {

using core::Cbor;
using core::Nanoseconds;
using core::Result;

namespace {

/// A device that gives nothing within 3 s of its start counts as lost (capture).
constexpr Nanoseconds kPatience = std::chrono::seconds(4);
constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr int kLeastPercent = 20;
/// Some 16 minutes at 8 Mbit/s: with less no act can be relied on.
constexpr std::uint64_t kLeastFreeBytes = 1'000'000'000;
constexpr std::size_t kChallengeBytes = 32;

/// Collects the results.
class Results {
public:
    void add(const char* name, bool passed, Cbor measured) {
        measured.set("passed", passed);
        all_.set(name, std::move(measured));
        if (!passed) {
            failed_.emplace_back(name);
        }
    }
    [[nodiscard]] const Cbor& all() const { return all_; }
    [[nodiscard]] const std::vector<std::string>& failed() const { return failed_; }

private:
    Cbor all_ = Cbor::map({});
    std::vector<std::string> failed_;
};

Cbor afterMs(const std::optional<Nanoseconds>& first, Nanoseconds since) {
    return first ? Cbor((*first - since).count() / kNsPerMs) : Cbor();
}

/// Whether the identity key signs what its certificate verifies, and the keystore answers.
void checkKeys(Recorder& recorder, Results& results) {
    const Keychain& keychain = recorder.keychain();
    const core::Buffer challenge = crypto::randomBytes(kChallengeBytes);
    const auto signature = keychain.identity().sign(challenge);
    const auto key = keychain.certificate().key();
    const bool signs = key && key->verify(challenge, signature);
    const bool stores = !recorder.ledger().keystoreTrouble();
    results.add("keys",
                signs && stores && keychain.epoch() != nullptr && keychain.resume() != nullptr,
                Cbor::map({{"signs", signs}, {"stores", stores}}));
}

}  // namespace

void SelfCheck::begin(std::string_view occasion, Nanoseconds now) {
    since_ = now;
    occasion_ = occasion;
    picture_.reset();
    sound_.reset();
    heard_ = false;
}

void SelfCheck::see(const EncodedUnit& unit) {
    if (!since_ || unit.captureTime < *since_) {
        return;
    }
    auto& first = unit.track == Track::Picture ? picture_ : sound_;
    if (!first) {
        first = unit.captureTime;
    }
    heard_ = heard_ || (unit.track == Track::Sound && !unit.silent);
}

std::optional<bool> SelfCheck::tick(Recorder& recorder, const Board& board, Nanoseconds now) {
    if (!since_ || (now - *since_ < kPatience && !(picture_ && heard_))) {
        return std::nullopt;
    }
    const Nanoseconds since = *since_;
    since_.reset();
    Results results;
    results.add(
        "camera", picture_.has_value(), Cbor::map({{"after_ms", afterMs(picture_, since)}}));
    results.add("microphone",
                heard_,
                Cbor::map({{"after_ms", afterMs(sound_, since)}, {"silent", !heard_}}));
    results.add("space",
                board.freeBytes >= kLeastFreeBytes && !recorder.ledger().trouble(),
                Cbor::map({{"free_bytes", board.freeBytes}}));
    results.add("battery",
                board.batteryPercent >= kLeastPercent,
                Cbor::map({{"percent", board.batteryPercent}}));
    const evidence::UtcSource source = recorder.ledger().clockQuality().source;
    results.add("clock",
                source != evidence::UtcSource::None,
                Cbor::map({{"source", static_cast<int>(source)}}));
    checkKeys(recorder, results);
    const bool passed = results.failed().empty();
    core::log(passed ? core::LogLevel::Info : core::LogLevel::Warning,
              "recorder",
              passed ? "self check passed"
                     : fmt::format("self check failed: {}", fmt::join(results.failed(), ", ")));
    const auto noted = recorder.noteCheck(
        CheckResult{passed, occasion_, results.failed(), recorder.utcUs()}, results.all());
    if (!noted) {
        core::log(core::LogLevel::Warning, "recorder", "self check: " + noted.error().message);
    }
    return passed;
}

}  // namespace liuhen::recorder
