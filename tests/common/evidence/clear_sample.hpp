// SPDX-License-Identifier: Apache-2.0
// A segment with a picture as a recorder stores it, and what it is when it is clear.
#pragma once

#include "common/evidence/boxes.hpp"
#include "common/evidence/clear_segment.hpp"
#include "common/media/init_writer.hpp"
#include "tests/common/media/media_samples.hpp"

#include <doctest/doctest.h>

namespace liuhen::evidence::test {

/// Parts of one second each, from second 10 on; one of `apart` begins with a key frame.
struct ClearSample {
    explicit ClearSample(bool locked, std::size_t parts = 4, std::size_t apart = 2)
        : keysApart(apart) {
        media::Tracks tracks;
        tracks.video = media::samples::video1080();
        clear = *media::makeInit(tracks);
        initBytes = clear.size();
        stored = clear;
        const auto key = FootageKey::generate();
        if (locked) {
            const auto agency =
                *crypto::Authority::create("a", 5, core::Microseconds(1'790'000'000'000'000));
            const auto certificate = *agency.certify(recipient.publicKey(),
                                                     crypto::Role::Evidence,
                                                     "evidence",
                                                     5,
                                                     core::Microseconds(1'790'000'000'000'000));
            REQUIRE(media::appendUuidBox(stored, kEnvelopeBox, *key.envelop({certificate})));
        }
        const core::Digest init = crypto::sha256(stored);
        for (std::size_t part = 0; part < parts; ++part) {
            media::samples::Run pictures((10 + part) * 90000, 3000, 30, 100);
            pictures.samples().front().key = isKey(part);
            const Buffer fragment = media::samples::wholeFragment(
                static_cast<std::uint32_t>(part + 1), pictures.samples(), {});
            const ByteView piece(fragment);
            Buffer content;
            REQUIRE(media::appendUuidBox(content, kLinkBox, {}));
            PartBody body;
            body.init = init;
            body.tracks = {{1, (10 + part) * 90000, 90000, 30}};
            if (locked) {
                Buffer ciphertext;
                key.lock(ciphertext, part, init, std::span(&piece, 1));
                REQUIRE(media::appendUuidBox(content, kLockedBox, ciphertext));
                body.encryption = PartEncryption{part, key.clearHash(part, std::span(&piece, 1))};
            } else {
                core::append(content, fragment);
            }
            body.hash = crypto::sha256(content);
            body.size = content.size();
            EntryFields fields;
            fields.device = "LH-1";
            fields.seq = 5 + part;
            fields.kind = "part";
            fields.body = body.toCbor();
            starts.push_back(clear.size());
            core::append(clear, fragment);
            middles.push_back(stored.size() + content.size() - 40);
            core::append(stored, content);
            REQUIRE(media::appendUuidBox(stored, kProofBox, signEntry(fields, signer).bytes));
        }
    }

    [[nodiscard]] bool isKey(std::size_t part) const { return part % keysApart == 0; }
    [[nodiscard]] media::ReadAt reading() const {
        return [this](std::uint64_t offset, std::span<std::uint8_t> into) -> Result<std::size_t> {
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

    std::size_t keysApart;
    crypto::PrivateKey recipient = crypto::PrivateKey::generate();
    crypto::PrivateKey signer = crypto::PrivateKey::generate();
    Buffer stored;
    Buffer clear;
    std::size_t initBytes = 0;
    std::vector<std::size_t> starts;   // of parts in the clear file
    std::vector<std::size_t> middles;  // a byte of each part's footage in the stored file
};

}  // namespace liuhen::evidence::test
