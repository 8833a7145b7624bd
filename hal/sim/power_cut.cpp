// SPDX-License-Identifier: Apache-2.0
// Ends the process as a power cut would, as far as the card's volume allows.
#include "hal/sim/power_cut.hpp"

#include "common/core/log.hpp"
#include "common/core/unique_fd.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace liuhen::hal::sim {

namespace {

// FS_IOC_SHUTDOWN of ext4, f2fs and xfs; no user header declares it.
constexpr unsigned long kShutdown = _IOR('X', 125, std::uint32_t);
constexpr std::uint32_t kNoLogFlush = 2;

/// 0, or the errno of the refusal.
int shutDown(const std::string& volume) {
    const core::UniqueFd fd(::open(volume.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    std::uint32_t how = kNoLogFlush;
    if (!fd.valid() || ::ioctl(fd.get(), kShutdown, &how) != 0) {
        return errno;
    }
    return 0;
}

}  // namespace

core::Result<bool> isOwnVolume(const std::string& folder) {
    struct stat own {};
    struct stat above {};
    if (::stat(folder.c_str(), &own) != 0 || ::stat((folder + "/..").c_str(), &above) != 0) {
        return core::failErrno(errno, "look for the volume of " + folder);
    }
    return own.st_dev != above.st_dev;  // "/.." is "/", so the root is none
}

void cutPower(const std::string& volume) {
    // The shutdown comes first: from here on nothing may reach the medium, not even by a log line.
    const int refusal = volume.empty() ? ENODEV : shutDown(volume);
    if (volume.empty()) {
        core::log(core::LogLevel::Warning,
                  "hal/sim",
                  "power cut: the card has no volume of its own; unsynced bytes survive");
    } else if (refusal != 0) {
        core::log(core::LogLevel::Warning,
                  "hal/sim",
                  std::string("power cut: the volume is not shut down, unsynced bytes survive: ") +
                      std::strerror(refusal));
    } else {
        core::log(core::LogLevel::Warning, "hal/sim", "power cut: the card's volume is shut down");
    }
    static_cast<void>(::kill(::getpid(), SIGKILL));
    std::abort();  // not reached: SIGKILL cannot be caught
}

}  // namespace liuhen::hal::sim
