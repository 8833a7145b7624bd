// SPDX-License-Identifier: Apache-2.0
// The dock's end of C2SP tlog-witness.
#include "dock/witness/exchange.hpp"

#include "common/core/log.hpp"
#include "common/tlog/add_checkpoint.hpp"

#include <fmt/format.h>

namespace liuhen::witnessing {

using core::ErrorKind;
using core::LogLevel;

namespace {

/// One to learn what it remembers, and a few for a log that grows meanwhile.
constexpr unsigned kAttempts = 4;

}  // namespace

Result<Exchange::Request> Exchange::request() {
    LIUHEN_TRY(vault::Client * vault, feed_.client());
    auto newest = vault->checkpointForWitness(remembered_);
    if (!newest && newest.error().kind == ErrorKind::FailedPrecondition && remembered_ > 0) {
        remembered_ = 0;
        newest = vault->checkpointForWitness(0);
    }
    if (!newest) {
        return tl::make_unexpected(newest.error());
    }
    LIUHEN_TRY(const auto parsed, tlog::parseCheckpoint(newest->note));
    LIUHEN_TRY(std::string body,
               tlog::toText(tlog::AddCheckpoint{remembered_, newest->path, newest->note}));
    return Request{std::move(body), Shown{remembered_, parsed.checkpoint.size}};
}

Ended Exchange::refused(const std::string& reason, std::uint64_t size) {
    const std::string detail = fmt::format(
        "{}. The witness remembers {} leaves; this log has {}.", reason, remembered_, size);
    core::log(LogLevel::Error,
              "witness",
              fmt::format("ALARM: the witness {} refused the custody log: {}", name_, detail));
    incidents_.note(feed_, "witness.refused", name_, detail);
    return Ended{
        End::Refused,
        0,
        fmt::format("the witness {} says that the custody log was rewritten: {}", name_, detail)};
}

Ended Exchange::elsewhere(std::uint64_t remembered, const Shown& shown) {
    remembered_ = remembered;
    if (remembered > shown.size) {
        // It may have been shown a newer tree by file meanwhile.
        const auto size = logSize();
        if (!size) {
            return Ended{End::NoVault, 0, size.error().message};
        }
        if (*size < remembered) {
            return refused("it has seen more leaves than this log has", *size);
        }
    }
    again_ = true;
    return Ended{End::Declined, 0, fmt::format("it remembers {} leaves", remembered)};
}

Result<std::uint64_t> Exchange::logSize() {
    LIUHEN_TRY(vault::Client * vault, feed_.client());
    LIUHEN_TRY(const vault::Hello hello, vault->hello());
    return hello.logSize;
}

Ended Exchange::handOver(const Judged& judged, const Shown& shown) {
    remembered_ = shown.size;
    std::string why = "none of its lines is one";
    for (const std::string& line : judged.lines) {
        const auto vault = feed_.client();
        const auto added = vault
                               ? (*vault)->cosigned(line, shown.size)
                               : Result<vault::CosignedAnswer>(tl::make_unexpected(vault.error()));
        if (!added) {
            return Ended{End::NoVault, shown.size, added.error().message};
        }
        if (added->added && !added->older) {
            return Ended{End::Published, shown.size, ""};
        }
        if (added->added) {
            again_ = true;
            return Ended{End::Cosigned, shown.size, "the log has grown meanwhile"};
        }
        why = added->reason;
    }
    return Ended{End::Declined,
                 0,
                 "the vault does not take its cosignature: " + why +
                     "; is its key in the agency's folder of witnesses?"};
}

Ended Exchange::take(const Answer& answer, const Shown& shown) {
    again_ = false;
    const Judged judged = judge(answer, shown);
    switch (judged.meaning) {
        case Meaning::Cosigned:
            return handOver(judged, shown);
        case Meaning::Elsewhere:
            return elsewhere(judged.remembered, shown);
        case Meaning::AnotherHistory:
            remembered_ = judged.remembered;
            return refused(judged.reason, shown.size);
        case Meaning::Failed:
            break;
    }
    return Ended{End::Declined, 0, judged.reason};
}

Ended Exchange::run(const Ask& ask) {
    Ended ended;
    again_ = true;
    for (unsigned attempt = 0; again_ && attempt < kAttempts; ++attempt) {
        const auto next = request();
        if (!next) {
            return Ended{End::NoVault, 0, next.error().message};
        }
        const auto answer = ask(next->body);
        if (!answer) {
            return Ended{End::Away, 0, answer.error().message};
        }
        ended = take(*answer, next->shown);
    }
    return ended;
}

}  // namespace liuhen::witnessing
