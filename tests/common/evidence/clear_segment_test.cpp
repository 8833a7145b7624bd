// SPDX-License-Identifier: Apache-2.0
// Segments as clear files: encrypted ones, spans, ranges, damage.
#include "tests/common/evidence/clear_sample.hpp"

using namespace liuhen;
using core::Buffer;
using core::ByteView;
using core::ErrorKind;
using evidence::ClearSegment;
using Sample = evidence::test::ClearSample;

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::size_t kParts = 4;

}  // namespace

TEST_SUITE("evidence/clear_segment") {
    TEST_CASE("the clear file is init and fragments, at every range") {
        for (const bool locked : {false, true}) {
            CAPTURE(locked);
            const Sample sample(locked);
            ClearSegment segment = sample.open();
            CHECK(segment.isEncrypted() == locked);
            CHECK(segment.size() == sample.clear.size());
            CHECK(segment.initBytes() == sample.initBytes);
            REQUIRE(segment.parts().size() == kParts);
            for (std::size_t i = 0; i < kParts; ++i) {
                CHECK(segment.parts()[i].offset == sample.starts[i]);
                CHECK(segment.parts()[i].time ==
                      evidence::MediaSpan((10 + i) * kSecond, (11 + i) * kSecond));
            }
            CHECK(sample.read(segment, 0, sample.clear.size() + 100) == sample.clear);
            for (std::size_t offset = 0; offset < sample.clear.size() + 10; offset += 97) {
                for (const std::size_t length : {0U, 1U, 500U, 5000U}) {
                    const std::size_t from = std::min(offset, sample.clear.size());
                    const std::size_t count = std::min(length, sample.clear.size() - from);
                    CHECK(core::equal(sample.read(segment, offset, length),
                                      ByteView(sample.clear).subspan(from, count)));
                }
            }
        }
    }

    TEST_CASE("where a key frame begins is found, and what was changed is no key frame") {
        for (const bool locked : {false, true}) {
            CAPTURE(locked);
            Sample sample(locked);
            const ClearSegment segment = sample.open();
            for (std::size_t i = 0; i < kParts; ++i) {
                const auto key = segment.beginsWithKey(sample.reading(), segment.parts()[i]);
                REQUIRE(key.has_value());
                CHECK(*key == sample.isKey(i));
            }
            if (locked) {
                sample.stored[sample.middles[1]] ^= 1U;
                const auto key = segment.beginsWithKey(sample.reading(), segment.parts()[1]);
                REQUIRE_FALSE(key.has_value());
                CHECK(key.error().kind == ErrorKind::DataLoss);
            }
        }
    }

    TEST_CASE("a span takes whole parts that touch it") {
        const Sample sample(true);
        struct Row {
            evidence::MediaSpan span;
            std::size_t first;
            std::size_t count;
        };
        const Row rows[] = {{{0, 10 * kSecond}, 0, 0},
                            {{0, 10 * kSecond + 1}, 0, 1},
                            {{11 * kSecond, 12 * kSecond}, 1, 1},
                            {{11 * kSecond - 1, 12 * kSecond + 1}, 0, 3},
                            {{13 * kSecond, 99 * kSecond}, 3, 1},
                            {{14 * kSecond, 99 * kSecond}, 0, 0}};
        for (const Row& row : rows) {
            CAPTURE(row.span.first);
            ClearSegment segment = sample.open();
            segment.narrow(row.span);
            REQUIRE(segment.parts().size() == row.count);
            Buffer due(sample.clear.begin(),
                       sample.clear.begin() + static_cast<std::ptrdiff_t>(sample.initBytes));
            if (row.count > 0) {
                const std::size_t end = row.first + row.count < kParts
                                            ? sample.starts[row.first + row.count]
                                            : sample.clear.size();
                core::append(
                    due,
                    ByteView(sample.clear)
                        .subspan(sample.starts[row.first], end - sample.starts[row.first]));
            }
            CHECK(sample.read(segment, 0, sample.clear.size()) == due);
        }
    }

    TEST_CASE("nothing without the key, nothing that was changed") {
        Sample sample(true);
        auto closed = ClearSegment::open(sample.reading(), sample.stored.size());
        REQUIRE(closed.has_value());
        Buffer bytes(sample.clear.size());
        auto answer = closed->readAt(sample.reading(), 0, bytes);
        REQUIRE_FALSE(answer.has_value());
        CHECK(answer.error().kind == ErrorKind::FailedPrecondition);
        CHECK_FALSE(closed->unlock(crypto::PrivateKey::generate()).has_value());
        for (const bool locked : {false, true}) {
            CAPTURE(locked);
            Sample damaged(locked);
            damaged.stored[damaged.middles[2]] ^= 1U;
            ClearSegment segment = damaged.open();
            CHECK(damaged.read(segment, damaged.starts[1], 10).size() == 10);
            answer =
                segment.readAt(damaged.reading(), damaged.starts[2], std::span(bytes).first(10));
            REQUIRE_FALSE(answer.has_value());
            CHECK(answer.error().kind == ErrorKind::DataLoss);
        }
    }

    TEST_CASE("a torn end is left out, what is no segment is refused") {
        Sample sample(false);
        sample.stored.resize(sample.stored.size() - 1);
        CHECK(sample.open().parts().size() == kParts - 1);
        sample.stored.resize(sample.initBytes);
        CHECK(sample.open().parts().empty());
        sample.stored.resize(sample.initBytes - 1);
        CHECK_FALSE(ClearSegment::open(sample.reading(), sample.stored.size()).has_value());
        CHECK_FALSE(ClearSegment::open(sample.reading(), 0).has_value());
        Sample foreign(false);
        foreign.stored[40] ^= 1U;  // another init than the parts name, or none
        CHECK_FALSE(ClearSegment::open(foreign.reading(), foreign.stored.size()).has_value());
    }
}
