// SPDX-License-Identifier: Apache-2.0
// Imports: their list, and files that a custodian uploads.
#include "common/core/log.hpp"
#include "common/evidence/messages.hpp"
#include "dock/web/api/access_room.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::web {

using access::Role;
using core::ErrorKind;

namespace {

constexpr std::int64_t kMostUs = 9'007'199'254'740'991;  // 2^53 - 1
constexpr std::size_t kFileCharacters = 255;
constexpr std::size_t kNameCharacters = 85;
constexpr std::size_t kReasonCharacters = 340;
constexpr std::chrono::seconds kWait{60};

json wordsJson(const vault::CommittedText& text) {
    return text.isErased() ? json() : json(text.text);
}

json importJson(const vault::Imported& found) {
    return {{"leaf", found.leaf},
            {"time_us", found.importedUs},
            {"object", core::toHex(found.object)},
            {"size", found.sizeBytes},
            {"media", found.media},
            {"maker", found.maker},
            {"device", found.device},
            {"from_us", found.fromUs},
            {"until_us", found.untilUs},
            {"file", wordsJson(found.file)},
            {"wearer", wordsJson(found.wearer)},
            {"reason", wordsJson(found.reason)},
            {"by", wordsJson(found.by)}};
}

net::Response refusalOfImport(const core::Error& error) {
    switch (error.kind) {
        case ErrorKind::NotFound:
            return refusal(Problem::ImportOver);
        case ErrorKind::ResourceExhausted:
            core::log(core::LogLevel::Warning, "web", error.message);
            return refusal(Problem::NoRoom);
        case ErrorKind::DataLoss:
            core::log(core::LogLevel::Error, "web", error.message);
            return refusal(Problem::NotKept);
        default:
            return refusalOf(error);
    }
}

net::Response list(Parts& parts, Call& call) {
    Query& query = call.query;
    const std::size_t limit = query.limit();
    std::optional<std::uint64_t> before;
    if (const auto after = query.text("after", 1, 20)) {
        before = numberOf(*after);
        if (!before || *before > static_cast<std::uint64_t>(INT64_MAX)) {
            query.reject("after");
        }
    }
    if (const std::string wrong = query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    auto client = vault::ImportClient::connect(parts.access.socket);
    if (!client) {
        return refusal(Problem::VaultAway);
    }
    json items = json::array();
    bool more = true;
    while (more && items.size() < limit) {
        const auto part = client->list(before);
        if (!part) {
            return refusalOf(part.error());
        }
        const std::size_t count = std::min(part->imports.size(), limit - items.size());
        for (std::size_t i = 0; i < count; ++i) {
            items.push_back(importJson(part->imports[i]));
            before = part->imports[i].leaf;
        }
        more = part->more.has_value() || count < part->imports.size();
    }
    return reply(200, {{"items", std::move(items)}, {"next", more ? numberJson(*before) : json()}});
}

/// Who is logged in, as the log commits to it.
Result<std::string> declarantOf(Parts& parts, const access::Session& session) {
    LIUHEN_TRY(const auto account, parts.people.find(session.person));
    return account ? fmt::format("{} {}", account->name, account->workNumber)
                   : hexOf(session.person);
}

/// What the body declares; the first field that is wrong is told by its wrong().
vault::ImportRequest requestOf(Body& body, std::int64_t nowUs) {
    vault::ImportRequest request;
    vault::ImportDeclaration& declaration = request.declaration;
    const auto name = [&body](const char* field) {
        std::string text = body.text(field, 1, evidence::kMaxImportNameBytes);
        if (text.size() > evidence::kMaxImportNameBytes) {
            body.reject(field);
        }
        return text;
    };
    declaration.file = body.text("file", 1, kFileCharacters);
    request.sizeBytes = static_cast<std::uint64_t>(
        body.integer("size", 1, static_cast<std::int64_t>(kUploadBytes)));
    declaration.media = body.text("media", 1, kNameCharacters);
    if (std::find(vault::kImportMedia.begin(), vault::kImportMedia.end(), declaration.media) ==
        vault::kImportMedia.end()) {
        body.reject("media");
    }
    declaration.maker = name("maker");
    declaration.device = name("device");
    declaration.wearer = body.text("wearer", 1, kNameCharacters);
    const std::int64_t from = body.integer("from_us", 0, kMostUs);
    const std::int64_t until = body.integer("until_us", 0, kMostUs);
    if (until < from || until > nowUs) {  // the vault's clock is the dock's: one machine
        body.reject("until_us");
    }
    declaration.fromUs = static_cast<std::uint64_t>(from);
    declaration.untilUs = static_cast<std::uint64_t>(until);
    declaration.reason = body.text("reason", 1, kReasonCharacters);
    return request;
}

net::Response begin(Parts& parts, Call& call) {
    auto body = Body::parse(call.request.body);
    if (!body) {
        return refusal(Problem::MalformedBody);
    }
    vault::ImportRequest request = requestOf(*body, parts.clock.utc().count());
    const std::string query = call.query.wrong();
    if (const std::string wrong = query.empty() ? body->wrong() : query; !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    auto by = declarantOf(parts, call.who());
    if (!by) {
        return refusalOf(by.error());
    }
    request.declaration.by = *std::move(by);
    const auto name = parts.access.uploads.begin(call.who().person, request);
    if (!name) {
        return name.error().kind == ErrorKind::FailedPrecondition
                   ? refusal(Problem::TooManyImports, {}, kWait)
                   : refusalOfImport(name.error());
    }
    return reply(201, {{"upload", *name}, {"offset", 0}, {"piece_bytes", kPieceBytes}});
}

net::Response piece(Parts& parts, Call& call) {
    const auto offset = call.query.integer("offset", 0, kMostUs);
    if (!offset || call.request.body.empty()) {
        call.query.reject("offset");
    }
    if (const std::string wrong = call.query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const auto stands = parts.access.uploads.append(call.who().person,
                                                    call.part("upload"),
                                                    static_cast<std::uint64_t>(*offset),
                                                    call.request.body);
    if (!stands) {
        return stands.error().kind == ErrorKind::FailedPrecondition
                   ? refusal(Problem::WrongPiece)
                   : refusalOfImport(stands.error());
    }
    return reply(200, {{"offset", *stands}});
}

net::Response finish(Parts& parts, Call& call) {
    auto body = Body::parse(call.request.body);
    if (!body) {
        return refusal(Problem::MalformedBody);
    }
    const std::string query = call.query.wrong();
    if (const std::string wrong = query.empty() ? body->wrong() : query; !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const auto kept = parts.access.uploads.finish(call.who().person, call.part("upload"));
    if (!kept) {
        return kept.error().kind == ErrorKind::FailedPrecondition ? refusal(Problem::WrongPiece)
                                                                  : refusalOfImport(kept.error());
    }
    return reply(
        201, {{"leaf", kept->leaf}, {"object", core::toHex(kept->object)}, {"known", kept->known}});
}

}  // namespace

std::vector<Route> importRoutes() {
    const Who custodian = Who::of({Role::Custodian});
    return {
        {"GET",
         "/api/v1/imports",
         "listImports",
         Who::of({Role::Custodian, Role::Supervisor}),
         &list},
        {"POST", "/api/v1/imports", "beginImport", custodian, &begin},
        {"PUT", "/api/v1/imports/{upload}/bytes", "importBytes", custodian, &piece, true},
        {"POST", "/api/v1/imports/{upload}/end", "endImport", custodian, &finish},
    };
}

}  // namespace liuhen::web
