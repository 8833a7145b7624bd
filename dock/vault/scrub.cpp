// SPDX-License-Identifier: Apache-2.0
// Reading all that is kept, again and again, before it is needed.
#include "dock/vault/scrub.hpp"

#include "common/core/log.hpp"
#include "common/evidence/fields.hpp"
#include "dock/vault/vault.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::Cbor;
using core::ErrorKind;
using core::fail;

constexpr core::Nanoseconds kStorePause = std::chrono::seconds(30);
constexpr const char* kFirst = "first";
constexpr const char* kSecond = "second";
constexpr std::array<std::string_view, 3> kWhat = {"absent", "changed", "unreadable"};

Result<Damage> readDamage(const Cbor& item) {
    const Cbor::Array* fields = item.items();
    const bool whole = fields != nullptr && fields->size() == 3 && (*fields)[0].text() != nullptr &&
                       (*fields)[1].digest() && (*fields)[2].text() != nullptr;
    const std::string copy = whole ? *(*fields)[0].text() : std::string();
    if ((copy != kFirst && copy != kSecond) ||
        std::find(kWhat.begin(), kWhat.end(), *(*fields)[2].text()) == kWhat.end()) {
        return fail(ErrorKind::DataLoss, "read the state of a scrub: a damage is malformed");
    }
    return Damage{copy, *(*fields)[1].digest(), *(*fields)[2].text()};
}

}  // namespace

Buffer ScrubState::encode() const {
    Cbor::Array items;
    for (const Damage& damage : damaged) {
        items.push_back(Cbor::array({damage.copy, damage.object, damage.what}));
    }
    return Cbor::map({{"version", 1},
                      {"next", next},
                      {"read", readBytes},
                      {"finished", finishedUs ? Cbor(*finishedUs) : Cbor()},
                      {"damaged", std::move(items)}})
        .encode();
}

Result<ScrubState> ScrubState::decode(ByteView bytes) {
    LIUHEN_TRY(const Cbor map, evidence::decodePlain(bytes));
    LIUHEN_TRY(const std::uint64_t version, evidence::unsignedAt(map, "version"));
    if (version != 1) {
        return fail(ErrorKind::DataLoss, "read the state of a scrub: version is not known");
    }
    ScrubState state;
    LIUHEN_TRY(state.next, evidence::unsignedAt(map, "next"));
    LIUHEN_TRY(state.readBytes, evidence::unsignedAt(map, "read"));
    const Cbor* finished = map.find("finished");
    if (finished == nullptr || !finished->isNull()) {
        LIUHEN_TRY(state.finishedUs, evidence::integerAt(map, "finished"));
    }
    LIUHEN_TRY(const Cbor::Array items, evidence::itemsAt(map, "damaged"));
    if (state.finishedUs.value_or(0) < 0 || items.size() > kDamagedKept) {
        return fail(ErrorKind::DataLoss, "read the state of a scrub: a number is out of bounds");
    }
    for (const Cbor& item : items) {
        LIUHEN_TRY(Damage damage, readDamage(item));
        state.damaged.push_back(std::move(damage));
    }
    return state;
}

/// What is wrong with a copy of an object, "" if nothing; nothing if the pace ended the reading.
Result<std::optional<std::string>> Vault::damageOf(const std::string& path,
                                                   const Digest& object,
                                                   const Pace& pace) {
    const auto found = readPaced(parts_.medium, path, pace);
    if (!found) {
        return std::optional<std::string>(found.error().kind == ErrorKind::NotFound ? "absent"
                                                                                    : "unreadable");
    }
    if (!*found) {
        return std::optional<std::string>();
    }
    return std::optional<std::string>(**found == object ? "" : "changed");
}

/// Nothing at the end of a pass, which is noted then.
Result<std::optional<NamedObject>> Vault::nextToScrub() {
    const std::lock_guard lock(mutex_);
    LIUHEN_TRY(const auto next, records_.objectsFrom(scrub_.next, 1));
    if (!next.empty()) {
        return std::optional(next.front());
    }
    scrub_.next = 0;
    scrub_.readBytes = 0;
    scrub_.finishedUs = parts_.clock.utc().count();
    LIUHEN_CHECK(storeScrub());
    return std::optional<NamedObject>();
}

/// Whether a second copy that is there was seen to hold an object.
Result<bool> Vault::isInSecond(const Digest& object) {
    const auto store = second_ == nullptr ? Result<std::string>(std::string()) : readySecond();
    if (!store || store->empty()) {
        return false;
    }
    const std::lock_guard lock(mutex_);
    return records_.isCopied(object, *store);
}

Result<bool> Vault::scrub(const Pace& pace) {
    LIUHEN_CHECK(usable());
    LIUHEN_TRY(const auto next, nextToScrub());
    if (!next) {
        return false;
    }
    const Digest& object = next->object;
    std::vector<Damage> found;
    LIUHEN_TRY(const auto first, damageOf(objectPath(object), object, pace));
    if (!first) {
        return true;
    }
    if (!first->empty()) {
        found.push_back({kFirst, object, *first});
    }
    LIUHEN_TRY(bool copied, isInSecond(object));
    if (copied) {
        LIUHEN_TRY(const auto second, damageOf(second_->objectPath(object), object, pace));
        if (!second) {
            return true;
        }
        copied = second_->attached().has_value();  // else its disk went away meanwhile
        if (copied && !second->empty()) {
            found.push_back({kSecond, object, *second});
        }
    }
    Settled settled;
    {
        const std::lock_guard lock(mutex_);
        scrub_.readBytes += next->sizeBytes * (copied ? 2 : 1);
        scrub_.next = next->leaf + 1;
        settled = settleScrubbed(*next, found, copied);
    }
    for (const Damage& damage : settled.fresh) {
        incidentOnce({"scrub.damaged",
                      "",
                      fmt::format("object {} of the {} copy is {}",
                                  core::toHex(damage.object),
                                  damage.copy,
                                  damage.what)});
    }
    // After the leaves: what stands in the file is never told again.
    const std::lock_guard lock(mutex_);
    if (settled.changed || parts_.clock.boottime() - scrubStored_ >= kStorePause) {
        LIUHEN_CHECK(storeScrub());
    }
    return true;
}

/// With the mutex held.
Vault::Settled Vault::settleScrubbed(const NamedObject& object,
                                     const std::vector<Damage>& found,
                                     bool secondToo) {
    std::vector<Damage>& damaged = scrub_.damaged;
    const auto isFound = [&found](const Damage& damage) {
        return std::find(found.begin(), found.end(), damage) != found.end();
    };
    Settled settled;
    for (auto known = damaged.begin(); known != damaged.end();) {
        const bool looked = known->object == object.object && (known->copy == kFirst || secondToo);
        if (!looked || isFound(*known)) {
            ++known;
            continue;
        }
        core::log(core::LogLevel::Info,
                  "vault",
                  fmt::format("object {} of the {} copy is no longer {}",
                              core::toHex(known->object),
                              known->copy,
                              known->what));
        known = damaged.erase(known);
        settled.changed = true;
    }
    for (const Damage& damage : found) {
        if (std::find(damaged.begin(), damaged.end(), damage) != damaged.end()) {
            continue;
        }
        settled.fresh.push_back(damage);
        if (damaged.size() < kDamagedKept) {
            damaged.push_back(damage);
            settled.changed = true;
        }
    }
    return settled;
}

/// With the mutex held.
Result<void> Vault::storeScrub() {
    scrubStored_ = parts_.clock.boottime();
    return core::replaceFile(parts_.files, scrubPath(), scrub_.encode());
}

Scrubbed Vault::scrubbed() {
    const std::lock_guard lock(mutex_);
    Scrubbed scrubbed;
    scrubbed.finishedUs = scrub_.finishedUs;
    scrubbed.readBytes = scrub_.readBytes;
    scrubbed.damagedCount = scrub_.damaged.size();
    const auto shown = std::min(scrub_.damaged.size(), kDamagedShown);
    scrubbed.damaged.assign(scrub_.damaged.begin(),
                            scrub_.damaged.begin() + static_cast<std::ptrdiff_t>(shown));
    return scrubbed;
}

}  // namespace liuhen::vault
