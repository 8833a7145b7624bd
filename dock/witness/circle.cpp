// SPDX-License-Identifier: Apache-2.0
// Threads of the witnesses.
#include "dock/witness/circle.hpp"

#include "common/core/log.hpp"
#include "dock/witness/post.hpp"

#include <cstdlib>
#include <exception>

#include <fmt/format.h>

namespace liuhen::witnessing {

using core::LogLevel;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kLook{200};
constexpr milliseconds kSettle{60'000};

}  // namespace

Watch::Watch(const CircleParts& parts, Place place)
    : parts_(parts),
      place_(std::move(place)),
      feed_({parts.vaultSocket, parts.root, parts.patience}, parts.stop, unused_),
      exchange_(place_.name, feed_, incidents_),
      thread_([this] {
          try {
              run();
          } catch (const std::exception& exception) {
              core::log(LogLevel::Error, "witness", exception.what());
              std::abort();
          }
      }) {}

Watch::~Watch() {
    thread_.join();
}

std::uint64_t Watch::poke(bool gentle) {
    const std::lock_guard guard(mutex_);
    gentle_ = gentle;
    return ++poked_;
}

bool Watch::served(std::uint64_t poke, milliseconds span) {
    std::unique_lock guard(mutex_);
    return changed_.wait_for(guard, span, [&] { return served_ >= poke; });
}

std::optional<Ended> Watch::last() {
    const std::lock_guard guard(mutex_);
    return last_;
}

void Watch::run() {
    // The first look is at the start: what was left unwitnessed is not to wait.
    for (auto waited = parts_.pause; !parts_.stop.asked(); waited += kLook) {
        std::uint64_t poked = 0;
        bool due = waited >= parts_.pause;
        bool quiet = false;
        {
            const std::lock_guard guard(mutex_);
            poked = poked_;
            due = due || poked_ > served_;
            quiet = poked_ > served_ && gentle_ && last_ && last_->end == End::Away;
        }
        if (due) {
            if (!quiet) {
                look();
            }
            {
                const std::lock_guard guard(mutex_);
                served_ = poked;
            }
            changed_.notify_all();
            waited = milliseconds(0);
        }
        static_cast<void>(parts_.stop.wait(kLook));
    }
    // Nobody shall wait for a thread that has ended.
    const std::lock_guard guard(mutex_);
    served_ = UINT64_MAX;
    changed_.notify_all();
}

void Watch::look() {
    const auto vault = feed_.client();
    const auto status =
        vault ? (*vault)->status() : Result<vault::Status>(tl::make_unexpected(vault.error()));
    if (!status || status->logSize == shownSize_) {
        return;  // of a vault that is away others tell
    }
    Post post(*place_.url, parts_.limits);
    const Ended ended =
        exchange_.run([&post](const std::string& body) { return post.addCheckpoint(body); });
    if (ended.end == End::Published) {
        shownSize_ = ended.size;
    }
    tell(ended);
    const std::lock_guard guard(mutex_);
    last_ = ended;
}

void Watch::tell(const Ended& ended) {
    const bool cosigned = ended.end == End::Published || ended.end == End::Cosigned;
    if (cosigned) {
        core::log(LogLevel::Info,
                  "witness",
                  fmt::format("{} cosigned {} leaves{}{}",
                              place_.name,
                              ended.size,
                              told_.empty() ? "" : "; it is back",
                              ended.end == End::Cosigned ? "; the log has grown since" : ""));
        told_.clear();
        return;
    }
    const std::string text =
        ended.end == End::Away
            ? fmt::format("{} is away; it is asked again every {} s. ({})",
                          place_.name,
                          std::chrono::duration_cast<std::chrono::seconds>(parts_.pause).count(),
                          ended.reason)
            : fmt::format("{} did not cosign: {}", place_.name, ended.reason);
    // One line for as long as nothing changes; an alarm is told by the exchange, each time.
    if (told_ != text && ended.end != End::Refused) {
        core::log(LogLevel::Warning, "witness", text);
    }
    told_ = text;
}

Circle::Circle(CircleParts parts, const std::vector<Place>& places) : parts_(std::move(parts)) {
    LIUHEN_ASSERT(places.size() <= kMaxWitnesses);
    for (const Place& place : places) {
        if (place.url) {
            watches_.push_back(std::make_unique<Watch>(parts_, place));
        }
    }
}

void Circle::poke() {
    for (const auto& watch : watches_) {
        static_cast<void>(watch->poke(false));
    }
}

void Circle::round(bool gentle) {
    std::vector<std::uint64_t> pokes;
    for (const auto& watch : watches_) {
        pokes.push_back(watch->poke(gentle));
    }
    for (std::size_t i = 0; i < watches_.size(); ++i) {
        static_cast<void>(watches_[i]->served(pokes[i], kSettle));
    }
}

void Circle::settle() {
    round(false);
    round(true);
}

}  // namespace liuhen::witnessing
