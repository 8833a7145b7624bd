// SPDX-License-Identifier: Apache-2.0
// Reading the kernel's boot number.
#include "hal/boot_id.hpp"

#include "common/core/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string_view>

namespace liuhen::hal {

std::string machineBootId() {
    const core::UniqueFd fd(::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
    std::array<char, 64> text{};
    const ssize_t count = fd.valid() ? ::read(fd.get(), text.data(), text.size()) : -1;
    const std::string_view all(text.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    return std::string(all.substr(0, all.find('\n')));
}

}  // namespace liuhen::hal
