// SPDX-License-Identifier: Apache-2.0
// From a request to the flag. No memory is asked for here: the filter would not let it.
#include "dock/vault/freezer/freezing.hpp"

#include "dock/vault/sandbox/seccomp.hpp"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

namespace liuhen::vault {

namespace {

constexpr std::size_t kPrefixDigits = 2;
constexpr std::size_t kNameDigits = 2 * sizeof(core::Digest);

/// The hex digits of an object's name, ended with a zero.
std::array<char, kNameDigits + 1> nameOf(std::span<const std::uint8_t> digest) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::array<char, kNameDigits + 1> name{};
    for (std::size_t i = 0; i < digest.size(); ++i) {
        name.at(2 * i) = kDigits[digest[i] >> 4U];
        name.at(2 * i + 1) = kDigits[digest[i] & 0xfU];
    }
    return name;
}

/// Not the C library's fstat, which asks by name: the filter knows only this one.
bool isPlainFile(int fd) {
    struct stat status {};
    return ::syscall(SYS_fstat, fd, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

Result<Freezing> Freezing::open(std::span<const std::string> folders) {
    LIUHEN_TRY(const FlagWords words, FlagWords::make());
    std::vector<core::UniqueFd> opened;
    for (const std::string& folder : folders) {
        core::UniqueFd fd(::open(folder.c_str(), folderOpenFlags()));
        if (!fd.valid()) {
            return core::failErrno(errno, "open " + folder);
        }
        opened.push_back(std::move(fd));
    }
    return Freezing(words, std::move(opened));
}

int Freezing::freeze(std::span<const std::uint8_t> request) const {
    if (request.size() != FreezeRequest().size() || request[0] >= folders_.size()) {
        return EINVAL;
    }
    const auto name = nameOf(request.subspan(1));
    const std::array<char, kPrefixDigits + 1> prefix{name[0], name[1], '\0'};
    // Name by name, so that no link is followed on the way.
    const core::UniqueFd folder(
        ::openat(folders_[request[0]].get(), prefix.data(), folderOpenFlags()));
    if (!folder.valid()) {
        return errno;
    }
    const core::UniqueFd object(::openat(folder.get(), name.data(), objectOpenFlags()));
    if (!object.valid()) {
        return errno;
    }
    if (!isPlainFile(object.get())) {
        return EINVAL;
    }
    unsigned long present = 0;  // as the request is declared; the system writes 32 bits of it
    if (::ioctl(object.get(), FS_IOC_GETFLAGS, &present) != 0) {
        return errno;
    }
    const auto flags = static_cast<std::uint32_t>(present);
    if ((flags & FS_IMMUTABLE_FL) != 0) {
        return 0;
    }
    const std::uint32_t* word = words_.with(flags);
    if (word == nullptr) {
        return EOPNOTSUPP;
    }
    return ::ioctl(object.get(), FS_IOC_SETFLAGS, word) == 0 ? 0 : errno;
}

bool Freezing::serve(int socket) const {
    // One byte more than a request, so that a longer packet is seen as such.
    std::array<std::uint8_t, FreezeRequest().size() + 1> packet{};
    for (std::uint8_t answer = 0;;) {  // the first says that it is ready
        if (::send(socket, &answer, sizeof(answer), MSG_NOSIGNAL) != sizeof(answer)) {
            return false;
        }
        ssize_t got = -1;
        do {
            got = ::recv(socket, packet.data(), packet.size(), 0);
        } while (got < 0 && errno == EINTR);
        if (got <= 0) {
            return got == 0;
        }
        answer = static_cast<std::uint8_t>(
            freeze(std::span(packet).first(static_cast<std::size_t>(got))));
    }
}

}  // namespace liuhen::vault
