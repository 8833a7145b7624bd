// SPDX-License-Identifier: Apache-2.0
// Segments as clear files: encrypted ones, spans, ranges, damage.
#include "common/evidence/clear_segment.hpp"

#include "common/evidence/boxes.hpp"
#include "common/media/init_writer.hpp"
#include "tests/common/media/media_samples.hpp"

#include <doctest/doctest.h>

using namespace liuhen;
using core::Buffer;
using core::ByteView;
using core::ErrorKind;
using evidence::ClearSegment;

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::size_t kParts = 4;

/// A segment of parts of one second each, from second 10 on, and what it is when it is clear.
struct Sample {
    explicit Sample(bool locked) {
        media::Tracks tracks;
        tracks.video = media::samples::video1080();
        clear = *media::makeInit(tracks);
        initBytes = clear.size();
        stored = clear;
        const auto key = evidence::FootageKey::generate();
        if (locked) {
            const auto agency =
                *crypto::Authority::create("a", 5, core::Microseconds(1'790'000'000'000'000));
            const auto certificate = *agency.certify(recipient.publicKey(),
                                                     crypto::Role::Evidence,
                                                     "evidence",
                                                     5,
                                                     core::Microseconds(1'790'000'000'000'000));
            REQUIRE(
                media::appendUuidBox(stored, evidence::kEnvelopeBox, *key.envelop({certificate})));
        }
        const core::Digest init = crypto::sha256(stored);
        for (std::size_t part = 0; part < kParts; ++part) {
            media::samples::Run pictures((10 + part) * 90000, 3000, 30, 100);
            const Buffer fragment = media::samples::wholeFragment(
                static_cast<std::uint32_t>(part + 1), pictures.samples(), {});
            const ByteView piece(fragment);
            Buffer content;
            REQUIRE(media::appendUuidBox(content, evidence::kLinkBox, {}));
            evidence::PartBody body;
            body.init = init;
            body.tracks = {{1, (10 + part) * 90000, 90000, 30}};
            if (locked) {
                Buffer ciphertext;
                key.lock(ciphertext, part, init, std::span(&piece, 1));
                REQUIRE(media::appendUuidBox(content, evidence::kLockedBox, ciphertext));
                body.encryption =
                    evidence::PartEncryption{part, key.clearHash(part, std::span(&piece, 1))};
            } else {
                core::append(content, fragment);
            }
            body.hash = crypto::sha256(content);
            body.size = content.size();
            evidence::EntryFields fields;
            fields.device = "LH-1";
            fields.seq = 5 + part;
            fields.kind = "part";
            fields.body = body.toCbor();
            starts.push_back(clear.size());
            core::append(clear, fragment);
            middles.push_back(stored.size() + content.size() - 40);
            core::append(stored, content);
            REQUIRE(media::appendUuidBox(
                stored, evidence::kProofBox, evidence::signEntry(fields, signer).bytes));
        }
    }

    [[nodiscard]] media::ReadAt reading() const {
        return [this](std::uint64_t offset,
                      std::span<std::uint8_t> into) -> core::Result<std::size_t> {
            const std::size_t from = std::min<std::size_t>(offset, stored.size());
            const std::size_t count = std::min(into.size(), stored.size() - from);
            std::copy_n(stored.begin() + static_cast<std::ptrdiff_t>(from), count, into.begin());
            return count;
        };
    }
    [[nodiscard]] ClearSegment open() const {
        auto segment = ClearSegment::open(reading(), stored.size());
        REQUIRE(segment.has_value());
        if (segment->isEncrypted()) {
            REQUIRE(segment->unlock(recipient).has_value());
        }
        return *std::move(segment);
    }
    [[nodiscard]] Buffer read(ClearSegment& segment,
                              std::uint64_t offset,
                              std::size_t length) const {
        Buffer bytes(length);
        const auto count = segment.readAt(reading(), offset, bytes);
        REQUIRE(count.has_value());
        bytes.resize(*count);
        return bytes;
    }

    crypto::PrivateKey recipient = crypto::PrivateKey::generate();
    crypto::PrivateKey signer = crypto::PrivateKey::generate();
    Buffer stored;
    Buffer clear;
    std::size_t initBytes = 0;
    std::vector<std::size_t> starts;   // of parts in the clear file
    std::vector<std::size_t> middles;  // a byte of each part's footage in the stored file
};

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
