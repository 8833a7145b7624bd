// SPDX-License-Identifier: Apache-2.0
// A full ring flushed to a slow card beside live footage, in real time.
#include "common/evidence/bodies.hpp"
#include "firmware/recorder/writer_thread.hpp"
#include "hal/folder_keystore.hpp"
#include "tools/bench/children.hpp"
#include "tools/bench/file_player.hpp"
#include "tools/bench/throttled_files.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <thread>

#include <fmt/format.h>

namespace liuhen::bench {

namespace {

using capture::EncodedUnit;
using core::Nanoseconds;
using core::Result;
using recorder::Recorder;
using recorder::WriterThread;

constexpr Nanoseconds kGroup = std::chrono::seconds(1);
constexpr Nanoseconds kLiveBefore = std::chrono::seconds(3);
constexpr Nanoseconds kLiveAfter = std::chrono::seconds(15);

/// Kibibytes of a line of /proc/self/status.
long memoryKib(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(name)) {
            return std::strtol(line.c_str() + name.size(), nullptr, 10);
        }
    }
    return 0;
}

/// The material's first second, times counted from its beginning.
struct Group {
    media::Tracks tracks;
    std::vector<EncodedUnit> units;
};

Result<Group> readGroup(const std::string& material) {
    Group group;
    std::mutex mutex;
    PlayerListener listener;
    listener.tracks = [&group](const media::Tracks& tracks) { group.tracks = tracks; };
    listener.unit = [&](const EncodedUnit& unit) {
        const std::lock_guard lock(mutex);
        if (unit.captureTime < kGroup) {
            group.units.push_back(recorder::Ring::copy(unit));
        }
    };
    LIUHEN_CHECK(playFile(material, Nanoseconds::zero(), listener));
    std::stable_sort(group.units.begin(), group.units.end(), [](const auto& a, const auto& b) {
        return a.captureTime < b.captureTime;
    });
    return group;
}

class Flush {
public:
    Flush(const RingOptions& options, core::Files& system)
        : options_(options),
          files_(system, options.bytesPerSecond),
          card_(core::joinPath(options.recorder, "card")),
          keystore_(files_, core::joinPath(options.recorder, "keystore")) {}

    Result<void> run() {
        LIUHEN_TRY(group_, readGroup(options_.material));
        LIUHEN_CHECK(files_.makeFolders(card_));
        LIUHEN_TRY(keychain_, recorder::Keychain::open(keystore_));
        recorder::RecorderConfig config;
        config.cardFolder = card_;
        config.firmware = "bench";
        config.ring.length = std::chrono::seconds(options_.seconds);
        LIUHEN_TRY(auto heart,
                   Recorder::begin(std::move(config), files_, clock_, *keychain_, group_.tracks));
        WriterThread writer(std::move(heart), [] { return WriterThread::Health{}; });
        const long without = memoryKib("VmRSS:");
        // The past comes at once, the rest as it happens.
        Nanoseconds at =
            clock_.boottime() - std::chrono::seconds(options_.seconds + 2) - kLiveBefore;
        const Nanoseconds press = clock_.boottime() + kLiveBefore;
        for (; at + kGroup < clock_.boottime(); at += kGroup) {
            give(writer, at, false);
        }
        for (; at < press; at += kGroup) {
            give(writer, at, true);
        }
        const long with = memoryKib("VmRSS:");
        const Nanoseconds pressed = clock_.boottime();
        LIUHEN_TRY(const std::uint64_t start,
                   writer.call<std::uint64_t>(
                       [pressed](Recorder& recorder) { return recorder.start("bench", pressed); }));
        const Nanoseconds durable = clock_.boottime();
        // The encoder answers with a key frame.
        for (at = durable; at < pressed + kLiveAfter; at += kGroup) {
            give(writer, at, true);
        }
        const auto end = [](Recorder& recorder) -> Result<bool> {
            LIUHEN_CHECK(recorder.end("bench"));
            LIUHEN_CHECK(recorder.shutdown("bench"));
            return true;
        };
        LIUHEN_CHECK(writer.call<bool>(end));
        return report(start, pressed, durable, {without, with, memoryKib("VmHWM:")});
    }

private:
    /// A second of units, `from` on; in real time each when it has been captured.
    void give(WriterThread& writer, Nanoseconds from, bool real) {
        for (const EncodedUnit& one : group_.units) {
            EncodedUnit unit = one;
            unit.captureTime = from + one.captureTime;
            const Nanoseconds wait = unit.captureTime + unit.duration - clock_.boottime();
            if (real && wait > Nanoseconds::zero()) {
                std::this_thread::sleep_for(wait);
            }
            writer.postUnhurried(
                [unit = std::move(unit)](Recorder& recorder) { recorder.takeUnit(unit); });
        }
        if (!real) {
            (void)writer.call<bool>([](Recorder&) -> Result<bool> { return true; });
        }
    }

    Result<void> report(std::uint64_t start,
                        Nanoseconds pressed,
                        Nanoseconds durable,
                        const std::array<long, 3>& memory) {
        LIUHEN_TRY(const core::Buffer bytes,
                   core::readFile(files_,
                                  core::joinPath(card_, "ledger/0/0000000000.cbor"),
                                  std::uint64_t{1} << 30U));
        LIUHEN_TRY(const auto entries, evidence::parseEntries(bytes));
        std::map<std::uint64_t, evidence::SegmentBody> segments;
        Nanoseconds oldest{};
        Nanoseconds flushed = pressed;
        unsigned ringParts = 0;
        for (const evidence::Entry& entry : entries) {
            if (entry.kind == "segment") {
                LIUHEN_TRY(auto body, evidence::SegmentBody::fromCbor(entry.body));
                segments[body.segment] = std::move(body);
            } else if (entry.kind == "part") {
                LIUHEN_TRY(const auto body, evidence::PartBody::fromCbor(entry.body));
                const evidence::SegmentBody& segment = segments[body.segment];
                const std::string path = core::joinPath(
                    card_,
                    fmt::format(
                        "footage/{}/{}.mp4", evidence::recordingName(0, start), body.segment));
                const Nanoseconds safe = files_.syncedAt(path, body.part);
                if (segment.preEvent) {
                    ++ringParts;
                    flushed = std::max(flushed, safe);
                    continue;
                }
                for (const auto& span : body.tracks) {
                    const std::int64_t scale = span.track == evidence::kPictureTrack
                                                   ? media::kPictureTimescale
                                                   : group_.tracks.audio->sampleRate;
                    const Nanoseconds taken(segment.zeroNs + static_cast<std::int64_t>(span.start) *
                                                                 1'000'000 / scale * 1'000);
                    oldest = std::max(oldest, safe - taken);
                }
            }
        }
        const auto ms = [](Nanoseconds time) { return static_cast<double>(time.count()) / 1e6; };
        std::ofstream out(options_.out);
        out << fmt::format("{} {} {} {} {} {} {}\n",
                           ms(durable - pressed),
                           ms(oldest),
                           ms(flushed - pressed),
                           ringParts,
                           memory[0],
                           memory[1],
                           memory[2]);
        return {};
    }

    RingOptions options_;
    ThrottledFiles files_;
    std::string card_;
    core::SystemClock clock_;
    hal::FolderKeystore keystore_;
    Group group_;
    std::optional<recorder::Keychain> keychain_;
};

}  // namespace

Result<void> flushRing(const RingOptions& options) {
    const auto files = core::systemFiles();
    Flush flush(options, *files);
    return flush.run();
}

}  // namespace liuhen::bench
