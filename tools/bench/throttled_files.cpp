// SPDX-License-Identifier: Apache-2.0
// Pacing and noting of syncs.
#include "tools/bench/throttled_files.hpp"

#include <thread>

namespace liuhen::bench {

namespace {

class ThrottledFile final : public core::File {
public:
    ThrottledFile(std::unique_ptr<core::File> inner, ThrottledFiles& files, std::string path)
        : inner_(std::move(inner)), files_(files), path_(std::move(path)) {}

    [[nodiscard]] core::Result<std::uint64_t> size() const override { return inner_->size(); }
    [[nodiscard]] core::Result<std::size_t> readAt(std::uint64_t offset,
                                                   std::span<std::uint8_t> into) const override {
        return inner_->readAt(offset, into);
    }
    [[nodiscard]] core::Result<void> append(std::span<const core::ByteView> pieces) override {
        if (unsynced_ == 0) {
            since_ = files_.now();
        }
        for (const core::ByteView piece : pieces) {
            unsynced_ += piece.size();
        }
        return inner_->append(pieces);
    }
    [[nodiscard]] core::Result<void> truncate(std::uint64_t size) override {
        return inner_->truncate(size);
    }
    [[nodiscard]] core::Result<void> sync() override {
        LIUHEN_CHECK(inner_->sync());
        files_.pace(unsynced_, since_);
        unsynced_ = 0;
        files_.noteSync(path_);
        return {};
    }

private:
    std::unique_ptr<core::File> inner_;
    ThrottledFiles& files_;
    std::string path_;
    std::uint64_t unsynced_ = 0;
    core::Nanoseconds since_{};
};

}  // namespace

core::Nanoseconds ThrottledFiles::syncedAt(const std::string& path, std::uint64_t number) const {
    const std::lock_guard lock(mutex_);
    const auto found = syncs_.find(path);
    return found != syncs_.end() && number < found->second.size() ? found->second[number]
                                                                  : core::Nanoseconds::zero();
}

void ThrottledFiles::noteSync(const std::string& path) {
    const std::lock_guard lock(mutex_);
    syncs_[path].push_back(now());
}

void ThrottledFiles::pace(std::uint64_t bytes, core::Nanoseconds since) const {
    const core::Nanoseconds due(
        static_cast<std::int64_t>(bytes * 1'000'000 / bytesPerSecond_ * 1'000));
    const core::Nanoseconds left = since + due - now();
    if (left > core::Nanoseconds::zero()) {
        std::this_thread::sleep_for(left);
    }
}

core::Result<std::unique_ptr<core::File>> ThrottledFiles::open(const std::string& path,
                                                               core::OpenMode mode) {
    LIUHEN_TRY(auto file, inner_.open(path, mode));
    if (mode == core::OpenMode::Read) {
        return file;
    }
    return std::unique_ptr<core::File>(
        std::make_unique<ThrottledFile>(std::move(file), *this, path));
}

}  // namespace liuhen::bench
