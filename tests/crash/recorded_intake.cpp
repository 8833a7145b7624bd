// SPDX-License-Identifier: Apache-2.0
// Finding in the calls what the vault gave out.
#include "tests/crash/recorded_intake.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::vault::test {

namespace {

constexpr const char* kLog = "calls";

/// The number of the first call that sent these bytes.
Result<std::size_t> sentBy(const std::vector<FileCall>& calls, ByteView bytes) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const Buffer& data = *calls[i].data;
        if (calls[i].kind == CallKind::Sent &&
            std::search(data.begin(), data.end(), bytes.begin(), bytes.end()) != data.end()) {
            return i;
        }
    }
    return core::fail(core::ErrorKind::Internal, "find what was given out: no call sent it");
}

}  // namespace

std::vector<std::string> recordingOf(const Site& site,
                                     const std::string& fault,
                                     const std::string& armed) {
    using namespace liuhen::test;
    std::vector<std::string> variables = {fmt::format("LD_PRELOAD={}", LIUHEN_RECORD_FILES),
                                          fmt::format("{}={}", kCallsBelow, site.vault()),
                                          fmt::format("{}={}", kCallsLog, site.folder / kLog)};
    if (!fault.empty()) {
        variables.push_back(fmt::format("{}={}", kCallsFail, fault));
    }
    if (!armed.empty()) {
        variables.push_back(fmt::format("{}={}", kCallsArmed, armed));
    }
    return variables;
}

std::vector<FileCall> callsOf(const Site& site) {
    return must(
        liuhen::test::readCalls(must(core::readFile(*site.files, site.folder / kLog, UINT64_MAX))));
}

Result<SentBefore> SentBefore::of(const std::vector<FileCall>& calls, const Promises& given) {
    SentBefore sent;
    for (const Buffer& receipt : given.receipts) {
        LIUHEN_TRY(const std::size_t call, sentBy(calls, receipt));
        sent.receipts_.emplace_back(call, receipt);
    }
    for (const std::string& note : given.notes) {
        LIUHEN_TRY(const std::size_t call, sentBy(calls, core::viewOf(note)));
        sent.notes_.emplace_back(call, note);
    }
    return sent;
}

bool SentBefore::promisesAt(std::size_t call) const {
    const auto here = [call](const auto& given) { return given.first == call; };
    return std::any_of(receipts_.begin(), receipts_.end(), here) ||
           std::any_of(notes_.begin(), notes_.end(), here);
}

Promises SentBefore::before(std::size_t call) const {
    Promises given;
    for (const auto& [at, receipt] : receipts_) {
        if (at < call) {
            given.receipts.push_back(receipt);
        }
    }
    for (const auto& [at, note] : notes_) {
        if (at < call) {
            given.notes.push_back(note);
        }
    }
    return given;
}

}  // namespace liuhen::vault::test
