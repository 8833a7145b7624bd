// SPDX-License-Identifier: Apache-2.0
// Statuses of C2SP tlog-witness and what they say of a log.
#include "dock/witness/answer.hpp"

#include "common/core/utf8.hpp"
#include "common/tlog/add_checkpoint.hpp"

#include <fmt/format.h>

namespace liuhen::witnessing {

namespace {

constexpr std::size_t kToldBytes = 200;

Judged failed(std::string reason) {
    return Judged{Meaning::Failed, {}, 0, std::move(reason)};
}

Judged anotherHistory(std::uint64_t remembered, std::string reason) {
    return Judged{Meaning::AnotherHistory, {}, remembered, std::move(reason)};
}

/// The first line of what it says, cut.
std::string told(const Answer& answer) {
    return core::utf8Prefix(answer.body.substr(0, answer.body.find('\n')), kToldBytes);
}

}  // namespace

Judged judge(const Answer& answer, const Shown& shown) {
    if (answer.status == 200) {
        auto lines = tlog::parseCosignatures(answer.body);
        return lines ? Judged{Meaning::Cosigned, *std::move(lines), shown.size, ""}
                     : failed("it answers no cosignature: " + lines.error().message);
    }
    if (answer.status == 409) {
        const auto size = tlog::parseTreeSize(answer.body);
        if (!size) {
            return failed("it answers 409 without the size that it remembers");
        }
        if (*size == shown.oldSize && shown.size != shown.oldSize) {
            return failed("it answers 409 with the very size from which it was proved");
        }
        if (*size == shown.oldSize) {
            return anotherHistory(
                *size, fmt::format("it remembers another tree of the same {} leaves", shown.size));
        }
        return Judged{Meaning::Elsewhere, {}, *size, ""};
    }
    if (answer.status == 422) {
        return anotherHistory(
            shown.oldSize,
            fmt::format("this log of {} leaves does not begin with the {} leaves that it remembers",
                        shown.size,
                        shown.oldSize));
    }
    if (answer.status == 404) {
        return failed("it does not watch this log; give it keys/checkpoint.vkey of this dock");
    }
    if (answer.status == 403) {
        return failed(
            "it knows another key of this log; give it keys/checkpoint.vkey of this dock");
    }
    return failed(fmt::format("it answers {}: {}", answer.status, told(answer)));
}

}  // namespace liuhen::witnessing
