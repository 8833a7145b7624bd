// SPDX-License-Identifier: Apache-2.0
// Logging in and out, one's own password and TOTP.
#include "common/crypto/totp.hpp"
#include "dock/access/password.hpp"
#include "dock/web/api/parts.hpp"

#include <fmt/format.h>

namespace liuhen::web {

using access::Account;
using Kind = access::LogInAnswer::Kind;

namespace {

constexpr std::size_t kPasswordCharacters = 256;

/// An account of a session, which may have been closed meanwhile.
Result<std::optional<Account>> accountOf(Parts& parts, const access::Session& session) {
    return parts.people.find(session.person);
}

json meJson(Parts& parts, const access::Session& session, const Account& account) {
    json lacks = json::array();
    if (session.lacksPassword) {
        lacks.push_back("password");
    }
    if (session.lacksTotp) {
        lacks.push_back("totp");
    }
    return {{"person", hexOf(account.person)},
            {"work_number", account.workNumber},
            {"name", account.name},
            {"unit", account.unit},
            {"roles", rolesJson(session.roles)},
            {"stage", session.whole() ? "whole" : "enrolling"},
            {"lacks", std::move(lacks)},
            {"csrf", session.csrf},
            {"idle_us", session.idleUs},
            {"until_us", session.untilUs},
            {"last_login_us", orNull(session.lastLoginUs)},
            {"now_us", parts.clock.utc().count()}};
}

/// The session as it is now.
net::Response meReply(Parts& parts, unsigned status, const std::string& key) {
    const auto session = parts.sessions.look(key);
    if (!session) {
        return refusal(Problem::NotLoggedIn);
    }
    const auto account = accountOf(parts, *session);
    if (!account) {
        return refusalOf(account.error());
    }
    if (!*account || (*account)->closedUs) {
        return refusal(Problem::NotLoggedIn);
    }
    return reply(status, meJson(parts, *session, **account));
}

std::string cookieHeader(const std::string& value) {
    return fmt::format("{}={}; Path=/; Secure; HttpOnly; SameSite=Strict", kCookie, value);
}

net::Response logIn(Parts& parts, Call& call) {
    auto body = Body::parse(call.request.body);
    if (!body) {
        return refusal(Problem::MalformedBody);
    }
    access::LogIn::Attempt attempt;
    attempt.workNumber = body->text("work_number", 1, 32);
    attempt.password = body->text("password", 1, kPasswordCharacters);
    attempt.totp = body->optionalText("totp", 6, 6);
    attempt.address = call.request.peerAddress;
    if (!isWorkNumber(attempt.workNumber)) {
        body->reject("work_number");
    }
    if (attempt.totp && !isTotp(*attempt.totp)) {
        body->reject("totp");
    }
    if (const std::string wrong = body->wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const auto answer = parts.logIn.tryOpen(attempt);
    if (!answer) {
        return refusalOf(answer.error());
    }
    switch (answer->kind) {
        case Kind::Wrong:
            return refusal(Problem::WrongLogIn);
        case Kind::FirstExpired:
            return refusal(Problem::FirstExpired);
        case Kind::Wait:
            return refusal(Problem::TooMany, "", answer->wait);
        case Kind::Open:
            break;
    }
    const auto session = parts.sessions.use(answer->cookie);
    if (!session) {
        return refusal(Problem::NotLoggedIn);
    }
    net::Response response = meReply(parts, 201, session->key);
    if (response.status == 201) {
        response.headers.set("Set-Cookie", cookieHeader(answer->cookie));
    }
    return response;
}

net::Response logOut(Parts& parts, Call& call) {
    parts.sessions.end(call.who().key);
    const access::Doing doing{call.who().person, parts.clock.utc()};
    if (const auto noted = parts.people.note("logout", call.who().person, "", doing); !noted) {
        return refusalOf(noted.error());
    }
    net::Response response = replyNothing();
    response.headers.set("Set-Cookie", cookieHeader("") + "; Max-Age=0");
    return response;
}

/// Nothing if the password may be set, else why not.
std::optional<Problem> judgePassword(const std::string& current,
                                     const std::string& wanted,
                                     const Account& account) {
    if (!access::isGoodPassword(wanted, account.workNumber)) {
        return Problem::PasswordRule;
    }
    return current == wanted ? std::optional(Problem::SamePassword) : std::nullopt;
}

net::Response setPassword(Parts& parts, Call& call) {
    auto body = Body::parse(call.request.body);
    if (!body) {
        return refusal(Problem::MalformedBody);
    }
    const std::string current = body->text("current", 1, kPasswordCharacters);
    const std::string wanted = body->text("password", 1, kPasswordCharacters);
    if (const std::string wrong = body->wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const access::Session& session = call.who();
    const auto account = accountOf(parts, session);
    if (!account || !*account) {
        return account ? refusal(Problem::NotLoggedIn) : refusalOf(account.error());
    }
    if (const auto problem = judgePassword(current, wanted, **account)) {
        return refusal(*problem, "password");
    }
    const auto right = parts.logIn.confirm(**account, current);
    if (!right) {
        return refusalOf(right.error());
    }
    if (*right != Kind::Open) {
        return *right == Kind::Wait ? refusal(Problem::TooMany, "", std::chrono::seconds(60))
                                    : refusal(Problem::WrongPassword, "current");
    }
    const auto done = [&]() -> Result<void> {
        LIUHEN_TRY(const std::string hash, access::hashPassword(wanted));
        return parts.people.setPassword(session.person, hash, parts.clock.utc());
    }();
    if (!done) {
        return refusalOf(done.error());
    }
    parts.sessions.endOf(session.person, session.key);
    parts.sessions.setLacks(session.key, false, session.lacksTotp);
    return meReply(parts, 200, session.key);
}

net::Response beginTotp(Parts& parts, Call& call) {
    auto body = Body::parse(call.request.body);
    if (!body) {
        return refusal(Problem::MalformedBody);
    }
    const auto code = body->optionalText("totp", 6, 6);
    if (const std::string wrong = body->wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const access::Session& session = call.who();
    const auto account = accountOf(parts, session);
    if (!account || !*account) {
        return account ? refusal(Problem::NotLoggedIn) : refusalOf(account.error());
    }
    if (!session.lacksTotp) {
        const auto right = parts.logIn.confirmTotp(**account, code.value_or(""));
        if (!right) {
            return refusalOf(right.error());
        }
        if (*right != Kind::Open) {
            return *right == Kind::Wait ? refusal(Problem::TooMany, "", std::chrono::seconds(60))
                                        : refusal(Problem::WrongTotp, "totp");
        }
    }
    core::Buffer secret = crypto::randomBytes(crypto::kTotpSecretBytes);
    const std::string text = crypto::toBase32(secret);
    parts.sessions.setNewTotp(session.key, std::move(secret));
    return reply(200,
                 {{"secret", text},
                  {"uri",
                   fmt::format("otpauth://totp/{}:{}?secret={}&issuer={}&algorithm=SHA1&digits=6&"
                               "period=30",
                               parts.issuer,
                               (*account)->workNumber,
                               text,
                               parts.issuer)}});
}

net::Response confirmTotp(Parts& parts, Call& call) {
    auto body = Body::parse(call.request.body);
    if (!body) {
        return refusal(Problem::MalformedBody);
    }
    const std::string code = body->text("totp", 6, 6);
    if (const std::string wrong = body->wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const access::Session& session = call.who();
    if (session.newTotp.empty()) {
        return refusal(Problem::TotpNotBegun);
    }
    const auto step = crypto::matchTotp(session.newTotp, code, parts.clock.utc(), std::nullopt);
    if (!step) {
        return refusal(Problem::WrongTotp, "totp");
    }
    const core::Microseconds now = parts.clock.utc();
    const auto set = [&]() -> Result<void> {
        LIUHEN_CHECK(parts.people.setTotp(session.person, session.newTotp, now));
        // Whoever looked over the shoulder cannot log in with the same code.
        LIUHEN_TRY(const bool fresh, parts.people.useTotp(session.person, *step));
        static_cast<void>(fresh);
        return {};
    }();
    if (!set) {
        return refusalOf(set.error());
    }
    parts.sessions.setNewTotp(session.key, {});
    parts.sessions.endOf(session.person, session.key);
    parts.sessions.setLacks(session.key, session.lacksPassword, false);
    return meReply(parts, 200, session.key);
}

}  // namespace

std::vector<Route> sessionRoutes() {
    return {
        {"POST", "/api/v1/session", "logIn", Who::anybody(), &logIn},
        {"DELETE", "/api/v1/session", "logOut", Who::everySession(), &logOut},
        {"GET",
         "/api/v1/me",
         "me",
         Who::everySession(),
         [](Parts& parts, Call& call) { return meReply(parts, 200, call.who().key); }},
        {"PUT", "/api/v1/me/password", "setPassword", Who::everySession(), &setPassword},
        {"POST", "/api/v1/me/totp", "beginTotp", Who::everySession(), &beginTotp},
        {"PUT", "/api/v1/me/totp", "confirmTotp", Who::everySession(), &confirmTotp},
    };
}

}  // namespace liuhen::web
