// SPDX-License-Identifier: Apache-2.0
// The battery as the kernel's power supply class shows it.
#include "hal/linux/power_supply.hpp"

#include "common/core/bytes.hpp"
#include "common/core/files.hpp"
#include "common/core/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

namespace liuhen::hal::linux {

namespace {

/// The first line of an attribute; empty if there is none. Attributes give no true size: read once.
std::string readAttribute(const std::string& path) {
    const core::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 64> text{};
    const ssize_t count = fd.valid() ? ::read(fd.get(), text.data(), text.size()) : -1;
    const std::string_view all(text.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    return std::string(all.substr(0, all.find('\n')));
}

}  // namespace

bool PowerSupply::refresh() {
    const int percentBefore = percent_;
    const bool chargingBefore = charging_;
    const auto capacity = core::parseUnsigned(readAttribute(core::joinPath(folder_, "capacity")));
    if (capacity && *capacity <= 100) {
        percent_ = static_cast<int>(*capacity);
    }
    const std::string status = readAttribute(core::joinPath(folder_, "status"));
    if (!status.empty()) {
        charging_ = status == "Charging" || status == "Full";
    }
    return percent_ != percentBefore || charging_ != chargingBefore;
}

}  // namespace liuhen::hal::linux
