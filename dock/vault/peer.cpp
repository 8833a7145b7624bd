// SPDX-License-Identifier: Apache-2.0
// Peer credentials of a connected socket.
#include "dock/vault/peer.hpp"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace liuhen::vault {

core::Result<uid_t> peerOf(int socket) {
    ucred peer{};
    socklen_t size = sizeof(peer);
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
        return core::failErrno(errno, "ask who has connected");
    }
    return peer.uid;
}

bool mayAsk(uid_t peer, std::span<const uid_t> others) {
    return peer == 0 || peer == ::geteuid() ||
           std::find(others.begin(), others.end(), peer) != others.end();
}

}  // namespace liuhen::vault
