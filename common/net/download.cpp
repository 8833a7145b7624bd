// SPDX-License-Identifier: Apache-2.0
// Attempts strung together into one transfer.
#include "common/net/download.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace liuhen::net {

using core::Error;
using core::ErrorKind;
using core::fail;

namespace {

bool mayPass(ErrorKind kind) {
    return kind == ErrorKind::Unavailable || kind == ErrorKind::DeadlineExceeded;
}

/// One fetch under way: what is reached, and what the body was promised to be.
class Fetch {
public:
    Fetch(const FetchPlan& plan, const FetchSeams& seams, const Sink& sink)
        : plan_(plan), seams_(seams), sink_(sink), next_(plan.wanted), began_(now()) {
        next_.begun = [this](const DownloadEnd& promised) { onBegun(promised); };
    }

    Result<DownloadEnd> run() {
        auto pause = plan_.firstPause;
        for (unsigned poor = 0;;) {
            const std::uint64_t before = next_.from;
            const Sink taking = [this](ByteView bytes) { return take(bytes); };
            auto end = seams_.attempt(DownloadRequest(next_), taking);
            if (refusal_) {
                return tl::make_unexpected(*refusal_);
            }
            if (end) {
                return finish(*end);
            }
            if (!mayPass(end.error().kind)) {
                return end;
            }
            if (next_.from - before >= plan_.gainBytes) {
                poor = 0;
                pause = plan_.firstPause;
            }
            if (++poor >= plan_.attempts) {
                return core::failWith(
                    end.error(),
                    fmt::format("fetch {}: gave up at byte {}", next_.target, next_.from));
            }
            if (!seams_.pause(pause)) {
                return fail(ErrorKind::Unavailable,
                            fmt::format("fetch {}: stopped at byte {}", next_.target, next_.from));
            }
            pause = std::min(pause * 2, plan_.longestPause);
        }
    }

private:
    [[nodiscard]] core::Nanoseconds now() const { return seams_.clock->boottime(); }

    void onBegun(const DownloadEnd& promised) {
        if (total_ && *total_ != promised.total) {
            refuse(ErrorKind::FailedPrecondition,
                   fmt::format("its length went from {} to {}", *total_, promised.total));
            return;
        }
        total_ = promised.total;
        if (next_.etag.empty()) {
            next_.etag = promised.etag;
        }
        if (plan_.wanted.begun) {
            plan_.wanted.begun(promised);
        }
    }

    Result<void> take(ByteView bytes) {
        if (refusal_) {
            return tl::make_unexpected(*refusal_);
        }
        if (bytes.size() > plan_.wanted.maxBytes - next_.from) {
            refuse(ErrorKind::ResourceExhausted, "longer than allowed");
            return tl::make_unexpected(*refusal_);
        }
        auto taken = sink_(bytes);
        if (!taken) {
            refusal_ = taken.error();
            return taken;
        }
        next_.from += bytes.size();
        report();
        return taken;
    }

    void report() const {
        if (!seams_.observe) {
            return;
        }
        Progress progress;
        progress.received = next_.from - plan_.wanted.from;
        progress.position = next_.from;
        progress.total = total_.value_or(0);
        const double seconds = std::chrono::duration<double>(now() - began_).count();
        if (seconds > 0) {
            progress.bytesPerSecond = static_cast<double>(progress.received) / seconds;
        }
        seams_.observe(progress);
    }

    Result<DownloadEnd> finish(const DownloadEnd& end) const {
        if (next_.from != end.total || (total_ && *total_ != end.total)) {
            return fail(ErrorKind::DataLoss,
                        fmt::format("fetch {}: ended at byte {} of {}",
                                    next_.target,
                                    next_.from,
                                    total_.value_or(end.total)));
        }
        return DownloadEnd{next_.from - plan_.wanted.from, end.total, end.etag};
    }

    void refuse(ErrorKind kind, std::string_view why) {
        refusal_ = Error{kind, fmt::format("fetch {}: {}", next_.target, why)};
    }

    const FetchPlan& plan_;
    const FetchSeams& seams_;
    const Sink& sink_;
    DownloadRequest next_;
    core::Nanoseconds began_;
    std::optional<std::uint64_t> total_;
    std::optional<Error> refusal_;  // ours or the sink's: not a matter of another attempt
};

}  // namespace

Result<DownloadEnd> fetchWithResume(const FetchPlan& plan,
                                    const FetchSeams& seams,
                                    const Sink& sink) {
    LIUHEN_ASSERT(seams.attempt && seams.pause && seams.clock != nullptr);
    if (plan.wanted.from > plan.wanted.maxBytes) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("fetch {} from {}: past the {} bytes allowed",
                                plan.wanted.target,
                                plan.wanted.from,
                                plan.wanted.maxBytes));
    }
    return Fetch(plan, seams, sink).run();
}

std::function<Result<DownloadEnd>(const DownloadRequest&, const Sink&)> attemptWith(
    std::function<Result<std::unique_ptr<HttpClient>>()> connect) {
    // shared, since std::function must be copyable
    auto client = std::make_shared<std::unique_ptr<HttpClient>>();
    return [connect = std::move(connect), client](const DownloadRequest& wanted,
                                                  const Sink& sink) -> Result<DownloadEnd> {
        if (*client == nullptr || !(*client)->usable()) {
            LIUHEN_TRY(*client, connect());
        }
        return (*client)->download(wanted, sink);
    };
}

}  // namespace liuhen::net
