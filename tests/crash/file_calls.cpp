// SPDX-License-Identifier: Apache-2.0
// Records back into calls.
#include "tests/crash/file_calls.hpp"

#include <cstring>

namespace liuhen::test {

core::Result<std::vector<FileCall>> readCalls(core::ByteView log) {
    std::vector<FileCall> calls;
    while (log.size() >= sizeof(CallHead)) {
        CallHead head;
        std::memcpy(&head, log.data(), sizeof head);
        log = log.subspan(sizeof head);
        if (head.kind > CallKind::Unknown) {
            return core::fail(core::ErrorKind::DataLoss, "read a log of calls: no record");
        }
        const std::uint64_t names = std::uint64_t{head.pathBytes} + head.otherBytes;
        if (log.size() < names || log.size() - names < head.dataBytes) {
            break;
        }
        const auto take = [&log](std::uint64_t count) {
            const core::ByteView taken = log.first(static_cast<std::size_t>(count));
            log = log.subspan(static_cast<std::size_t>(count));
            return taken;
        };
        FileCall& call = calls.emplace_back();
        call.kind = head.kind;
        call.error = head.error;
        call.fd = head.fd;
        call.flags = head.flags;
        call.offset = head.offset;
        call.path = core::textOf(take(head.pathBytes));
        call.other = core::textOf(take(head.otherBytes));
        call.data = std::make_shared<const core::Buffer>(core::toBuffer(take(head.dataBytes)));
    }
    return calls;
}

}  // namespace liuhen::test
