// SPDX-License-Identifier: Apache-2.0
// Progress for people.
#include "dock/app/display.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>

namespace liuhen::dock {

using ingest::Phase;
using ingest::Snapshot;

namespace {

constexpr double kMega = 1e6;
constexpr double kPercent = 100;
constexpr std::uint64_t kMinute = 60;
constexpr double kLongest = 1e6;  // seconds; beyond it nothing sensible can be told
constexpr std::size_t kNoteBytes = 160;
constexpr unsigned kTenth = 10;

unsigned percentOf(const Snapshot& snapshot) {
    if (snapshot.totalBytes == 0) {
        return 0;
    }
    const double share =
        static_cast<double>(snapshot.doneBytes) / static_cast<double>(snapshot.totalBytes);
    return static_cast<unsigned>(std::min(share, 1.0) * kPercent);
}

std::string leftOf(const Snapshot& snapshot) {
    if (snapshot.bytesPerSecond < 1 || snapshot.doneBytes >= snapshot.totalBytes) {
        return "";
    }
    const double seconds =
        static_cast<double>(snapshot.totalBytes - snapshot.doneBytes) / snapshot.bytesPerSecond;
    if (seconds > kLongest) {
        return "";
    }
    const auto whole = static_cast<std::uint64_t>(std::ceil(seconds));
    return fmt::format("  {}:{:02} left", whole / kMinute, whole % kMinute);
}

/// A note may hold words of a peer.
std::string clean(const std::string& note) {
    std::string text = note.substr(0, kNoteBytes);
    for (char& letter : text) {
        const auto code = static_cast<unsigned char>(letter);
        constexpr unsigned char kSpace = 0x20;
        constexpr unsigned char kDelete = 0x7f;
        if (code < kSpace || code == kDelete) {
            letter = ' ';
        }
    }
    return text;
}

}  // namespace

std::string lineOf(const std::string& bay, const Snapshot& snapshot) {
    std::string line = fmt::format("{:<8} {:<16} {:<11}",
                                   bay,
                                   snapshot.device.empty() ? "-" : snapshot.device,
                                   ingest::name(snapshot.phase));
    if (snapshot.totalBytes > 0) {
        line += fmt::format(" {:3} %  {:6.1f} MB/s{}",
                            percentOf(snapshot),
                            snapshot.bytesPerSecond / kMega,
                            ingest::isEnd(snapshot.phase) ? "" : leftOf(snapshot));
    }
    if (!snapshot.note.empty()) {
        line += "  " + clean(snapshot.note);
    }
    return line;
}

Display::Display() : terminal_(::isatty(STDOUT_FILENO) == 1) {}

void Display::show(const bay::Fleet& fleet) {
    last_.resize(fleet.bays().size());
    lastStages_.resize(fleet.bays().size());
    std::string out;
    bool changed = false;
    if (terminal_ && drawn_ > 0) {
        out += fmt::format("\x1b[{}A", drawn_);
    }
    for (std::size_t i = 0; i < fleet.bays().size(); ++i) {
        const bay::Bay& bay = *fleet.bays()[i];
        const Snapshot snapshot = bay.snapshot();
        std::string line = lineOf(bay.name(), snapshot);
        // On a pipe: another phase, device or note, or ten more percent.
        std::string stage = fmt::format("{}|{}|{}|{}",
                                        ingest::name(snapshot.phase),
                                        snapshot.device,
                                        snapshot.note,
                                        percentOf(snapshot) / kTenth);
        if (terminal_) {
            out += "\x1b[2K" + line + "\n";
            changed = changed || line != last_[i];
        } else if (stage != lastStages_[i]) {
            out += line + "\n";
            changed = true;
        }
        last_[i] = std::move(line);
        lastStages_[i] = std::move(stage);
    }
    if (changed) {
        drawn_ = fleet.bays().size();
        std::fwrite(out.data(), 1, out.size(), stdout);
        std::fflush(stdout);
    }
}

}  // namespace liuhen::dock
