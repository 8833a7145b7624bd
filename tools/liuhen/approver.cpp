// SPDX-License-Identifier: Apache-2.0
// `liuhen enroll approver`, `liuhen dismiss`: who may approve what, by the agency's root.
#include "common/core/clock.hpp"
#include "common/crypto/certificate.hpp"
#include "common/crypto/client_data.hpp"
#include "common/crypto/webauthn.hpp"
#include "common/evidence/access_messages.hpp"
#include "tools/liuhen/commands.hpp"
#include "tools/liuhen/local_time.hpp"

#include <fmt/format.h>

namespace liuhen::cli {

namespace {

using core::Buffer;
using core::ErrorKind;
using core::joinPath;
using core::Result;
using crypto::JsonMember;

constexpr std::uint64_t kMaxFileBytes = 65'536;
/// SubjectPublicKeyInfo of a P-256 key, up to its point (RFC 5480), as browsers give it.
constexpr std::string_view kKeyHead = "3059301306072a8648ce3d020106082a8648ce3d030107034200";

Result<crypto::PrivateKey> rootKey(core::Files& files, const std::string& agency) {
    LIUHEN_TRY(Buffer pem, core::readFile(files, joinPath(agency, "root-key.pem"), kMaxFileBytes));
    auto key = crypto::PrivateKey::fromPem(core::textOf(pem));
    crypto::wipe(pem);
    return key;
}

Result<std::string> textOf(const crypto::JsonObject& page,
                           const std::string& name,
                           const std::string& path) {
    const auto found = page.find(name);
    if (found == page.end() || found->second.type != JsonMember::Type::Text) {
        return core::fail(ErrorKind::InvalidArgument,
                          fmt::format("read {}: it has no text '{}'; take the file that the "
                                      "dock's page made for this person",
                                      path,
                                      name));
    }
    return found->second.text;
}

/// A point, alone or with the head that browsers put before it.
Result<Buffer> pointOf(const std::string& text) {
    LIUHEN_TRY(Buffer key, crypto::fromBase64Url(text));
    LIUHEN_TRY(const Buffer head, core::fromHex(kKeyHead));
    if (key.size() == head.size() + crypto::kPointBytes &&
        core::equal(core::ByteView(key).first(head.size()), head)) {
        key.erase(key.begin(), key.begin() + static_cast<std::ptrdiff_t>(head.size()));
    }
    LIUHEN_CHECK(crypto::keyFromPoint(key));
    return key;
}

/// Person, credential, key, relying party and page of who shall be appointed.
Result<void> readPage(core::Files& files, const std::string& path, evidence::Appointment& to) {
    LIUHEN_TRY(const Buffer bytes, core::readFile(files, path, kMaxFileBytes));
    const auto page = crypto::readJsonObject(bytes);
    if (!page) {
        return core::fail(ErrorKind::InvalidArgument, "read " + path + ": it is no JSON object");
    }
    LIUHEN_TRY(const std::string person, textOf(*page, "person", path));
    LIUHEN_TRY(to.person, core::digestFromHex(person));
    LIUHEN_TRY(const std::string credential, textOf(*page, "credential", path));
    LIUHEN_TRY(to.credential, crypto::fromBase64Url(credential));
    LIUHEN_TRY(const std::string key, textOf(*page, "key", path));
    LIUHEN_TRY(to.key, pointOf(key));
    LIUHEN_TRY(to.rp, textOf(*page, "rp", path));
    LIUHEN_TRY(to.origin, textOf(*page, "origin", path));
    return {};
}

Result<void> writeMessage(core::Files& files, const std::string& path, const Buffer& message) {
    if (files.exists(path)) {
        return core::fail(ErrorKind::AlreadyExists,
                          "write " + path + ": it is there already; nothing was changed");
    }
    return core::replaceFile(files, path, message);
}

}  // namespace

Result<int> enrollApprover(core::Files& files, const ApproverOptions& options) {
    evidence::Appointment one;
    one.vault = options.vault;
    LIUHEN_CHECK(readPage(files, options.page, one));
    one.powers = {options.powers.begin(), options.powers.end()};
    LIUHEN_TRY(const core::Microseconds from, parseTime(options.from, kLocalOffset));
    LIUHEN_TRY(const core::Microseconds until, parseTime(options.until, kLocalOffset));
    one.time = {from.count(), until.count()};
    LIUHEN_TRY(const crypto::PrivateKey key, rootKey(files, options.agency));
    const Buffer message = one.sign(key);
    if (const auto read = evidence::Appointment::parse(message); !read) {
        return core::fail(ErrorKind::InvalidArgument,
                          "sign appointment: " + read.error().message +
                              "; powers are copy, emergency, hold, inspect, paper, retention, "
                              "view, and --to is later than --from");
    }
    LIUHEN_CHECK(writeMessage(files, options.out, message));
    fmt::print(
        "appointed for {}: person {}\n  may approve: {}\n  from {} to {} (+08:00), at {}\n"
        "  key {}\nnow, at the dock: liuhen-dock appoint {} --config dock.toml\n",
        one.vault,
        core::toHex(one.person),
        fmt::join(one.powers, ", "),
        formatTime(from, kLocalOffset),
        formatTime(until, kLocalOffset),
        one.origin,
        core::toHex(crypto::sha256(one.key)),
        options.out);
    return 0;
}

Result<int> dismiss(core::Files& files, const ApproverOptions& options) {
    evidence::Dismissal one;
    one.vault = options.vault;
    LIUHEN_TRY(one.person, core::digestFromHex(options.person));
    if (!options.credential.empty()) {
        LIUHEN_TRY(one.credential, crypto::fromBase64Url(options.credential));
    }
    one.atUs = core::SystemClock().utc().count();
    if (!options.at.empty()) {
        LIUHEN_TRY(const core::Microseconds at, parseTime(options.at, kLocalOffset));
        one.atUs = at.count();
    }
    LIUHEN_TRY(const crypto::PrivateKey key, rootKey(files, options.agency));
    const Buffer message = one.sign(key);
    LIUHEN_CHECK(evidence::Dismissal::parse(message));
    LIUHEN_CHECK(writeMessage(files, options.out, message));
    fmt::print(
        "dismissed for {}: person {}, {}\nnow, at the dock: liuhen-dock appoint {} "
        "--config dock.toml\n",
        one.vault,
        core::toHex(one.person),
        one.credential ? "one key" : "all keys",
        options.out);
    return 0;
}

}  // namespace liuhen::cli
