// SPDX-License-Identifier: Apache-2.0
// The acceptance aid: what the encoder gave, one line per unit, to hold against what was stored.
#include "firmware/capture/encoder_log.hpp"

#include "common/core/log.hpp"
#include "common/crypto/digest.hpp"

#include <cerrno>

#include <fmt/format.h>

namespace liuhen::capture {

void EncoderLog::Close::operator()(std::FILE* file) const {
    if (std::fclose(file) != 0) {
        core::log(core::LogLevel::Error, "capture", "close the encoder log: lines may be missing");
    }
}

core::Result<std::unique_ptr<EncoderLog>> EncoderLog::open(const std::string& path) {
    std::FILE* file = std::fopen(path.c_str(), "ae");
    if (file == nullptr) {
        return core::failErrno(errno, "create the encoder log " + path);
    }
    return std::unique_ptr<EncoderLog>(new EncoderLog(file));
}

void EncoderLog::add(const EncodedUnit& unit) {
    add(unit.track == Track::Picture ? "picture" : "sound", unit.captureTime, unit.bytes);
}

void EncoderLog::add(std::string_view what, core::Nanoseconds captureTime, core::ByteView bytes) {
    const std::string line = fmt::format("{} {} {} {}\n",
                                         what,
                                         captureTime.count(),
                                         bytes.size(),
                                         core::toHex(crypto::sha256(bytes)));
    const std::lock_guard lock(mutex_);
    if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size()) {
        noteTrouble();
    }
}

void EncoderLog::flushIfDue(core::Nanoseconds now) {
    const std::lock_guard lock(mutex_);
    if (now - flushedAt_ < std::chrono::seconds(1)) {
        return;
    }
    flushedAt_ = now;
    if (std::fflush(file_.get()) != 0) {
        noteTrouble();
    }
}

void EncoderLog::noteTrouble() {
    if (!troubleTold_) {
        troubleTold_ = true;
        core::log(core::LogLevel::Error, "capture", "write the encoder log: lines are missing");
    }
}

}  // namespace liuhen::capture
