// SPDX-License-Identifier: Apache-2.0
// What the simulated sources produced, counted in a mapped file that outlives a SIGKILL.
#include "hal/sim/source_log.hpp"

#include "common/core/files.hpp"
#include "common/core/unique_fd.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <new>

namespace liuhen::hal::sim {

namespace {

template <class T>
void put(T& field, T value) {
    std::atomic_ref<T>(field).store(value, std::memory_order_relaxed);
}

}  // namespace

void TrackCounter::started() {
    if (counts_ != nullptr) {
        put(counts_->starts, counts_->starts + 1);
    }
}

void TrackCounter::pushed(std::uint64_t units,
                          core::Nanoseconds runningTime,
                          core::Nanoseconds boottime,
                          bool dropped) {
    if (counts_ == nullptr) {
        return;
    }
    if (counts_->buffers == 0) {
        put(counts_->firstRunningTime, std::int64_t{runningTime.count()});
        put(counts_->firstBoottime, std::int64_t{boottime.count()});
    }
    put(counts_->lastRunningTime, std::int64_t{runningTime.count()});
    put(counts_->lastBoottime, std::int64_t{boottime.count()});
    put(counts_->buffers, counts_->buffers + 1);
    put(counts_->units, counts_->units + units);
    if (dropped) {
        put(counts_->dropped, counts_->dropped + units);
    }
}

core::Result<SourceLog> SourceLog::create(const std::string& folder, std::uint64_t boot) {
    auto files = core::systemFiles();
    LIUHEN_CHECK(files->makeFolders(folder));
    const std::string path = core::joinPath(folder, std::to_string(boot) + ".counts");
    const core::UniqueFd fd(
        ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!fd.valid() || ::ftruncate(fd.get(), sizeof(SourceCounts)) != 0) {
        return core::failErrno(errno, "create the source log " + path);
    }
    void* memory =
        ::mmap(nullptr, sizeof(SourceCounts), PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    if (memory == MAP_FAILED) {
        return core::failErrno(errno, "map the source log " + path);
    }
    auto* counts = new (memory) SourceCounts{};
    counts->boot = boot;
    SourceLog log;
    log.counts_ = std::shared_ptr<SourceCounts>(
        counts, [](SourceCounts* mapped) { ::munmap(mapped, sizeof(SourceCounts)); });
    return log;
}

TrackCounter SourceLog::picture() const {
    return counts_ ? TrackCounter(counts_, &counts_->picture) : TrackCounter();
}

TrackCounter SourceLog::sound() const {
    return counts_ ? TrackCounter(counts_, &counts_->sound) : TrackCounter();
}

core::Result<SourceCounts> readSourceCounts(const std::string& path) {
    auto files = core::systemFiles();
    LIUHEN_TRY(const auto content, core::readFile(*files, path, sizeof(SourceCounts)));
    SourceCounts counts;
    if (content.size() != sizeof counts ||
        std::memcmp(content.data(), counts.magic, sizeof counts.magic) != 0) {
        return core::fail(core::ErrorKind::DataLoss,
                          "read the source log " + path + ": not a source log");
    }
    std::memcpy(&counts, content.data(), sizeof counts);
    return counts;
}

}  // namespace liuhen::hal::sim
