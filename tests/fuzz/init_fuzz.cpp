// SPDX-License-Identifier: Apache-2.0
// Inits from outside: what is read must be what makeInit writes for the same tracks.
#include "common/media/init_reader.hpp"
#include "common/media/init_writer.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace liuhen::media;  // NOLINT(google-build-using-namespace): one driver, one
                                    // namespace
    const ByteView bytes(data, size);
    const auto tracks = readInit(bytes);
    if (tracks) {
        const auto init = makeInit(*tracks);
        LIUHEN_ASSERT(init.has_value());
        LIUHEN_ASSERT(liuhen::core::equal(*init, bytes));
        LIUHEN_ASSERT(codecs(*tracks).has_value());
    }
    return 0;
}
