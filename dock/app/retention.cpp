// SPDX-License-Identifier: Apache-2.0
// The commands about holds and classes: flags to requests.
#include "dock/app/retention.hpp"

#include "common/evidence/entry.hpp"
#include "dock/vault/client.hpp"

#include <limits>

#include <fmt/format.h>

namespace liuhen::dock {

using core::ErrorKind;
using core::fail;
using core::Result;

namespace {

constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

tl::unexpected<core::Error> wrongFlag(const char* flag, const std::string& why) {
    return fail(ErrorKind::InvalidArgument, fmt::format("{}: {}", flag, why));
}

Result<void> expectText(const char* flag, const std::string& text) {
    const std::string wrong = vault::wrongText(text);
    return wrong.empty() ? Result<void>()
                         : Result<void>(wrongFlag(
                               flag,
                               fmt::format("{}; 1 to {} bytes of UTF-8 on one line are allowed",
                                           wrong,
                                           evidence::kMaxCommittedBytes)));
}

Result<core::Digest> digestOf(const char* flag, const std::string& text) {
    const auto digest = core::digestFromHex(text);
    return digest ? Result<core::Digest>(*digest)
                  : Result<core::Digest>(wrongFlag(flag, "must be 64 hex digits"));
}

Result<std::optional<core::Digest>> grantOf(const RetentionOptions& options) {
    if (options.grant.empty()) {
        return std::optional<core::Digest>();
    }
    LIUHEN_TRY(const core::Digest grant, digestOf("--grant", options.grant));
    return std::optional(grant);
}

Result<vault::Client> connect(const Config& config) {
    auto client = vault::Client::connect(config.vaultSocket);
    return client ? std::move(client)
                  : Result<vault::Client>(fail(
                        client.error().kind,
                        client.error().message + "; is liuhen-vault running, and may you ask it?"));
}

Result<vault::Subject> subjectOf(const RetentionOptions& options) {
    vault::Subject subject;
    if (!evidence::isDeviceName(options.device)) {
        return wrongFlag("--device", "must be the name of a recorder, such as LH-000001");
    }
    subject.device = options.device;
    if (options.generation > kLargest || options.recording.value_or(0) > kLargest) {
        return wrongFlag("--generation, --recording", "too large");
    }
    subject.generation = options.generation;
    if (options.recording.has_value() != options.object.empty()) {
        return wrongFlag("--recording, --object", "one of the two is due, and not both");
    }
    subject.recording = options.recording;
    if (!options.object.empty()) {
        LIUHEN_TRY(subject.object, digestOf("--object", options.object));
    }
    return subject;
}

/// The whole of a list that comes in parts.
Result<std::vector<vault::Hold>> allHolds(vault::Client& client) {
    std::vector<vault::Hold> all;
    std::optional<std::uint64_t> after;
    do {
        LIUHEN_TRY(vault::HoldList list, client.holds(after));
        all.insert(all.end(), list.holds.begin(), list.holds.end());
        after = list.more;
    } while (after);
    return all;
}

Result<vault::RetentionList> allRetentions(vault::Client& client) {
    LIUHEN_TRY(vault::RetentionList all, client.retentions());
    while (all.more) {
        LIUHEN_TRY(const vault::RetentionList list, client.retentions(all.more));
        all.set.insert(all.set.end(), list.set.begin(), list.set.end());
        all.more = list.more;
    }
    return all;
}

}  // namespace

Result<int> holdPlace(const Config& config, const RetentionOptions& options) {
    LIUHEN_TRY(const vault::Subject subject, subjectOf(options));
    LIUHEN_CHECK(expectText("--reason", options.reason));
    LIUHEN_CHECK(expectText("--by", options.by));
    LIUHEN_TRY(vault::Client client, connect(config));
    LIUHEN_TRY(const vault::HoldAnswer answer,
               client.placeHold(subject, options.reason, options.by));
    fmt::print("hold {} stands on {} (leaf {})\n",
               core::toHex(answer.hold),
               vault::describe(answer.subject),
               answer.leaf);
    return 0;
}

Result<int> holdLift(const Config& config, const RetentionOptions& options) {
    LIUHEN_TRY(const core::Digest hold, digestOf("HOLD", options.hold));
    LIUHEN_TRY(const auto grant, grantOf(options));
    LIUHEN_CHECK(expectText("--reason", options.reason));
    LIUHEN_CHECK(expectText("--by", options.by));
    LIUHEN_TRY(vault::Client client, connect(config));
    LIUHEN_TRY(const vault::HoldAnswer answer,
               client.liftHold(hold, options.reason, options.by, grant));
    fmt::print("hold {} is lifted from {} (leaf {})\n",
               core::toHex(answer.hold),
               vault::describe(answer.subject),
               answer.leaf);
    return 0;
}

Result<int> holdList(const Config& config, const RetentionOptions& options) {
    LIUHEN_TRY(vault::Client client, connect(config));
    LIUHEN_TRY(const auto holds, allHolds(client));
    fmt::print("{}", options.json ? holdsJson(holds) : holdsText(holds));
    return 0;
}

Result<int> retentionSet(const Config& config, const RetentionOptions& options) {
    LIUHEN_TRY(const vault::Subject subject, subjectOf(options));
    if (!vault::isClassName(options.classId)) {
        return wrongFlag(
            "--class", "no id of a class; 'liuhen-dock retention list' names those of vault.toml");
    }
    LIUHEN_CHECK(expectText("--by", options.by));
    LIUHEN_TRY(const auto grant, grantOf(options));
    LIUHEN_TRY(vault::Client client, connect(config));
    LIUHEN_TRY(const std::uint64_t leaf,
               client.setRetention(subject, options.classId, options.by, grant));
    fmt::print("{} has class {} (leaf {})\n", vault::describe(subject), options.classId, leaf);
    return 0;
}

Result<int> retentionList(const Config& config, const RetentionOptions& options) {
    LIUHEN_TRY(vault::Client client, connect(config));
    LIUHEN_TRY(const vault::RetentionList list, allRetentions(client));
    fmt::print("{}", options.json ? retentionJson(list) : retentionText(list));
    return 0;
}

}  // namespace liuhen::dock
