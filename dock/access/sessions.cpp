// SPDX-License-Identifier: Apache-2.0
// Sessions by the hash of their cookie.
#include "dock/access/sessions.hpp"

#include "common/crypto/digest.hpp"

#include <algorithm>

namespace liuhen::access {

namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kCookieDigits = 2 * kSecretBytes;

std::string keyOf(std::string_view cookie) {
    return core::toHex(crypto::sha256(core::viewOf(cookie)));
}

}  // namespace

bool Sessions::ended(const Entry& entry, core::Nanoseconds now) const {
    return now - entry.used >= limits_.idle || now - entry.began >= limits_.longest;
}

Session Sessions::sessionOf(const Entry& entry, core::Nanoseconds now) const {
    Session session = entry.session;
    const core::Microseconds utc = clock_->utc();
    const auto left = [&](core::Nanoseconds end) {
        return (utc + std::chrono::duration_cast<core::Microseconds>(end - now)).count();
    };
    session.untilUs = left(entry.began + limits_.longest);
    session.idleUs = std::min(left(entry.used + limits_.idle), session.untilUs);
    return session;
}

void Sessions::makeRoom(const Person& person, core::Nanoseconds now) {
    std::size_t ofPerson = 0;
    auto oldestOfPerson = entries_.end();
    auto oldest = entries_.end();
    for (auto at = entries_.begin(); at != entries_.end();) {
        if (ended(at->second, now)) {
            at = entries_.erase(at);
            continue;
        }
        const auto older = [&](auto than) {
            return than == entries_.end() || at->second.began < than->second.began;
        };
        if (at->second.session.person == person) {
            ++ofPerson;
            oldestOfPerson = older(oldestOfPerson) ? at : oldestOfPerson;
        }
        oldest = older(oldest) ? at : oldest;
        ++at;
    }
    if (ofPerson >= limits_.ofOne) {
        entries_.erase(oldestOfPerson);
    } else if (entries_.size() >= limits_.all) {
        entries_.erase(oldest);
    }
}

std::string Sessions::begin(const NewSession& made) {
    std::string cookie = core::toHex(crypto::randomBytes(kSecretBytes));
    const std::scoped_lock guard(mutex_);
    const core::Nanoseconds now = clock_->boottime();
    makeRoom(made.person, now);
    Entry entry;
    entry.session.key = keyOf(cookie);
    entry.session.person = made.person;
    entry.session.roles = made.roles;
    entry.session.lacksPassword = made.lacksPassword;
    entry.session.lacksTotp = made.lacksTotp;
    entry.session.lastLoginUs = made.lastLoginUs;
    entry.session.csrf = core::toHex(crypto::randomBytes(kSecretBytes));
    entry.began = now;
    entry.used = now;
    entries_[entry.session.key] = std::move(entry);
    return cookie;
}

std::optional<Session> Sessions::use(std::string_view cookie) {
    if (cookie.size() != kCookieDigits) {
        return std::nullopt;
    }
    const std::scoped_lock guard(mutex_);
    const core::Nanoseconds now = clock_->boottime();
    const auto found = entries_.find(keyOf(cookie));
    if (found == entries_.end()) {
        return std::nullopt;
    }
    if (ended(found->second, now)) {
        entries_.erase(found);
        return std::nullopt;
    }
    found->second.used = now;
    return sessionOf(found->second, now);
}

std::optional<Session> Sessions::look(const std::string& key) {
    const std::scoped_lock guard(mutex_);
    const core::Nanoseconds now = clock_->boottime();
    const auto found = entries_.find(key);
    if (found == entries_.end() || ended(found->second, now)) {
        return std::nullopt;
    }
    return sessionOf(found->second, now);
}

void Sessions::end(const std::string& key) {
    const std::scoped_lock guard(mutex_);
    entries_.erase(key);
}

void Sessions::endOf(const Person& person, const std::string& butKey) {
    const std::scoped_lock guard(mutex_);
    std::erase_if(entries_, [&](const auto& each) {
        return each.second.session.person == person && each.first != butKey;
    });
}

void Sessions::setLacks(const std::string& key, bool password, bool totp) {
    const std::scoped_lock guard(mutex_);
    if (const auto found = entries_.find(key); found != entries_.end()) {
        found->second.session.lacksPassword = password;
        found->second.session.lacksTotp = totp;
    }
}

void Sessions::setNewTotp(const std::string& key, core::Buffer secret) {
    const std::scoped_lock guard(mutex_);
    if (const auto found = entries_.find(key); found != entries_.end()) {
        found->second.session.newTotp = std::move(secret);
    }
}

bool Sessions::beginStream(const std::string& key) {
    const std::scoped_lock guard(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end() || found->second.streams >= limits_.streams) {
        return false;
    }
    ++found->second.streams;
    return true;
}

void Sessions::endStream(const std::string& key) {
    const std::scoped_lock guard(mutex_);
    const auto found = entries_.find(key);
    if (found != entries_.end() && found->second.streams > 0) {
        --found->second.streams;
    }
}

}  // namespace liuhen::access
