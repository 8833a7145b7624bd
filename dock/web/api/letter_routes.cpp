// SPDX-License-Identifier: Apache-2.0
// Letters by which others ask: their scans come, are kept with the request, and are read again.
#include "common/core/log.hpp"
#include "dock/web/api/access_room.hpp"

#include <chrono>

#include <fmt/format.h>

namespace liuhen::web {

using access::Role;
using core::ErrorKind;

namespace {

constexpr std::size_t kNameLetters = 128;
constexpr std::size_t kNumberLetters = 64;
constexpr std::size_t kDateLetters = 10;
constexpr std::size_t kScanLetters = 64;
constexpr std::chrono::seconds kWait{60};
constexpr std::size_t kNamedDigits = 12;  // of the hash, in the name of a file that is saved

/// The dock's clock is UTC; who types a date may live where the day has begun already.
bool isOfFuture(std::string_view date, const core::Clock& clock) {
    const std::chrono::sys_time<core::Microseconds> now(clock.utc());
    const std::chrono::year_month_day latest(std::chrono::floor<std::chrono::days>(now) +
                                             std::chrono::days(1));
    return date > fmt::format("{:04}-{:02}-{:02}",
                              static_cast<int>(latest.year()),
                              static_cast<unsigned>(latest.month()),
                              static_cast<unsigned>(latest.day()));
}

net::Response refusalOfLetter(const core::Error& error) {
    core::log(core::LogLevel::Error, "web", error.message);
    switch (error.kind) {
        case ErrorKind::NotFound:
            return refusal(Problem::LetterGone);
        case ErrorKind::DataLoss:
            return refusal(Problem::LetterAltered);
        default:
            return refusal(Problem::Internal);
    }
}

net::Response piece(Parts& parts, Call& call) {
    const auto offset =
        call.query.integer("offset", 0, static_cast<std::int64_t>(access::kLetterBytes));
    if (!offset || call.request.body.empty()) {
        call.query.reject("offset");
    }
    if (const std::string wrong = call.query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const auto stands = parts.access.letterUploads.append(
        call.who().person, static_cast<std::uint64_t>(*offset), call.request.body);
    if (const auto* wrong = std::get_if<Problem>(&stands)) {
        return *wrong == Problem::TooManyLetters ? refusal(*wrong, {}, kWait) : refusal(*wrong);
    }
    const auto& part = std::get<LetterPart>(stands);
    return reply(200, {{"offset", part.bytes}, {"scan", core::toHex(part.scan)}});
}

net::Response letter(Parts& parts, Call& call) {
    if (const std::string wrong = call.query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const NamedRequest known = knownRequestOf(parts, call);
    if (!known.entry) {
        return known.wrong;
    }
    const auto text = parts.access.words->opened(known.entry->body.reason);
    if (!text) {
        return refusalOf(text.error());
    }
    const auto words = access::RequestWords::parse(text->value_or(""));
    if (!words.outsider) {
        return refusal(Problem::NotFound);
    }
    auto content = parts.access.letters->read(words.outsider->scan);
    if (!content) {
        return refusalOfLetter(content.error());
    }
    const auto type = access::letterTypeOf(*content);
    net::Response response;
    response.contentType = "application/octet-stream";  // a file to save, whatever it holds
    response.headers.set("Content-Disposition",
                         fmt::format("attachment; filename=\"letter-{}.{}\"",
                                     core::toHex(words.outsider->scan).substr(0, kNamedDigits),
                                     type ? access::suffixOf(*type) : "bin"));
    response.body = *std::move(content);
    return response;
}

}  // namespace

std::optional<access::Outsider> outsiderOf(Body& body, const core::Clock& clock) {
    auto given = body.optionalObject("outsider");
    if (!given) {
        return std::nullopt;
    }
    access::Outsider outsider;
    outsider.name = given->text("name", 1, kNameLetters);
    outsider.letterNumber = given->text("letter_number", 1, kNumberLetters);
    outsider.letterDate = given->text("letter_date", kDateLetters, kDateLetters);
    if (!access::isDate(outsider.letterDate) || isOfFuture(outsider.letterDate, clock)) {
        given->reject("letter_date");
    }
    const std::string scan = given->text("scan", kScanLetters, kScanLetters);
    if (const auto digest = core::digestFromHex(scan); digest && isHex64(scan)) {
        outsider.scan = *digest;
    } else {
        given->reject("scan");
    }
    if (const std::string wrong = given->wrong(); !wrong.empty()) {
        body.reject(wrong);
        return std::nullopt;
    }
    return outsider;
}

std::optional<net::Response> keepLetter(Parts& parts,
                                        const access::Session& session,
                                        const core::Digest& scan) {
    const auto content = parts.access.letterUploads.take(session.person, scan);
    if (!content) {
        return refusal(Problem::LetterOver);
    }
    if (const auto kept = parts.access.letters->keep(*content); !kept) {
        return refusalOfLetter(kept.error());
    }
    return std::nullopt;
}

std::vector<Route> letterRoutes() {
    const Who readers =
        Who::of({Role::Officer, Role::Custodian, Role::Head, Role::Supervisor, Role::Reviewer});
    const Who askers = Who::of({Role::Officer, Role::Custodian, Role::Supervisor, Role::Reviewer});
    return {
        {"PUT", "/api/v1/letter", "letterBytes", askers, &piece, true},
        {"GET", "/api/v1/requests/{id}/letter", "letter", readers, &letter},
    };
}

}  // namespace liuhen::web
