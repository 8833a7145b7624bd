// SPDX-License-Identifier: Apache-2.0
// Threads of the bays.
#include "dock/bay/fleet.hpp"

#include "common/core/log.hpp"

#include <cstdlib>
#include <exception>

namespace liuhen::bay {

Fleet::Fleet(ingest::DockParts& parts,
             const std::vector<ingest::BayPlace>& places,
             const Pace& pace) {
    LIUHEN_ASSERT(places.size() <= kMaxBays);
    for (const ingest::BayPlace& place : places) {
        bays_.push_back(std::make_unique<Bay>(parts, place, pace));
    }
    running_ = bays_.size();
    for (const std::unique_ptr<Bay>& bay : bays_) {
        threads_.emplace_back([this, &bay = *bay] {
            try {
                bay.run();
            } catch (const std::exception& exception) {
                core::log(core::LogLevel::Error, "bay", exception.what());
                std::abort();
            }
            const std::lock_guard lock(mutex_);
            --running_;
            ended_.notify_all();
        });
    }
}

void Fleet::waitForEnd(std::chrono::milliseconds span) {
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, span, [this] { return ended(); });
}

Fleet::~Fleet() {
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

}  // namespace liuhen::bay
