// SPDX-License-Identifier: Apache-2.0
// The acceptance aid: what the encoder gave, one line per unit, to hold against what was stored.
#pragma once

#include "firmware/capture/encoded_unit.hpp"

#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace liuhen::capture {

/// Lines "picture|sound|photo captureTime size sha256". Thread-safe; write errors are logged once.
class EncoderLog {
public:
    /// Creates or continues the file. Errors: those of the file system.
    [[nodiscard]] static core::Result<std::unique_ptr<EncoderLog>> open(const std::string& path);
    void add(const EncodedUnit& unit);
    void add(std::string_view what, core::Nanoseconds captureTime, core::ByteView bytes);
    /// Hands buffered lines to the system if that is a second or more ago.
    void flushIfDue(core::Nanoseconds now);

private:
    struct Close {
        void operator()(std::FILE* file) const;
    };
    explicit EncoderLog(std::FILE* file) : file_(file) {}
    void noteTrouble();

    std::mutex mutex_;
    std::unique_ptr<std::FILE, Close> file_;
    core::Nanoseconds flushedAt_{};
    bool troubleTold_ = false;
};

}  // namespace liuhen::capture
