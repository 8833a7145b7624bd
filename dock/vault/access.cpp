// SPDX-License-Identifier: Apache-2.0
// Bounds of what is open and of what is told.
#include "dock/vault/access.hpp"

#include "dock/vault/access_types.hpp"

#include <chrono>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

constexpr std::size_t kMostOpen = 1024;
constexpr std::size_t kMostTold = 4096;
constexpr core::Nanoseconds kTellAgain = std::chrono::hours(1);

bool isOver(const OpenUses::One& one, const core::Clock& clock) {
    return clock.utc().count() >= one.untilUs || clock.boottime() >= one.endsAt;
}

}  // namespace

std::string_view adviceFor(evidence::AccessReason reason) {
    using enum evidence::AccessReason;
    switch (reason) {
        case Malformed:
            return "it is not as docs/format/access.md has it, or is meant for another vault";
        case Signature:
            return "the signature does not hold; sign again, with the appointed key on this page";
        case Replayed:
            return "it was used before; ask anew";
        case Dismissed:
            return "its signer was dismissed; somebody else must approve";
        case OtherPerson:
            return "it is somebody else's";
        case Request:
            return "the request is another one than what was signed, or for another purpose";
        case Power:
            return "whoever signed was not given this power, or one more must sign";
        case NotYet:
            return "its time has not come";
        case Expired:
            return "its time is over; ask anew";
        case Self:
            return "nobody approves what they asked for; somebody else must sign";
        case NoGrant:
            return "there is no such grant; ask, and have it approved";
        case Ended:
            return "the grant was given back; ask anew";
        case UsedUp:
            return "the grant was used as often as it says; ask anew";
        case Span:
            return "it lies outside of what was approved; ask for it";
    }
    return "";
}

tl::unexpected<core::Error> refusalFor(evidence::AccessReason reason, std::string_view advice) {
    return core::fail(core::ErrorKind::PermissionDenied,
                      fmt::format("{}{}: {}", kAccessRefused, evidence::name(reason), advice));
}

Result<void> OpenUses::add(const Digest& name, One one, const core::Clock& clock) {
    if (open_.size() >= kMostOpen) {
        std::erase_if(open_, [&clock](const auto& item) {
            return item.second.use == nullptr || isOver(item.second, clock);
        });
    }
    if (open_.size() >= kMostOpen) {
        return core::fail(core::ErrorKind::ResourceExhausted,
                          "open a view: too many are open; one of them must end first");
    }
    open_.insert_or_assign(name, std::move(one));
    return {};
}

const OpenUses::One* OpenUses::find(const Digest& name, const core::Clock& clock) {
    const auto found = open_.find(name);
    if (found == open_.end()) {
        return nullptr;
    }
    if (isOver(found->second, clock)) {
        open_.erase(found);
        return nullptr;
    }
    return &found->second;
}

void OpenUses::release(const Digest& name) {
    if (const auto found = open_.find(name); found != open_.end()) {
        found->second.use = nullptr;
    }
}

bool RefusalLimits::isDue(const evidence::RefusedBody& refusal, core::Nanoseconds now) {
    if (refusal.what == "approval") {
        return true;
    }
    const std::string key = fmt::format("{} {} {}",
                                        refusal.what,
                                        refusal.by ? core::toHex(*refusal.by) : std::string(),
                                        refusal.reason);
    const auto found = told_.find(key);
    if (found != told_.end() && now - found->second < kTellAgain) {
        return false;
    }
    if (told_.size() >= kMostTold) {
        told_.clear();  // rather twice than not at all
    }
    told_[key] = now;
    return true;
}

}  // namespace liuhen::vault
