// SPDX-License-Identifier: Apache-2.0
// Makes large ledgers to measure the check's memory with; run by hand (docs/testing.md):
//   evidence_ledger_maker DIR honest PARTS | hostile BYTES KIND
// DIR gets agency/ and card/. A hostile ledger is one chapter whose signatures are made only where
// they count, of entries of one KIND: mark, part, spans, torn, interruption, segment, receipt,
// release.
#include "common/core/files.hpp"
#include "common/crypto/certificate.hpp"
#include "common/evidence/bodies.hpp"
#include "common/evidence/boxes.hpp"
#include "common/evidence/messages.hpp"
#include "common/media/init_writer.hpp"
#include "tests/common/media/media_samples.hpp"

#include <array>
#include <cstdio>
#include <exception>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

constexpr const char* kDevice = "CAM-1";
constexpr std::uint64_t kSignedEvery = 4096;
constexpr std::size_t kFlushBytes = std::size_t{4} << 20U;

void must(const Result<void>& result) {
    if (!result) {
        fmt::print(stderr, "ledger_maker: {}\n", result.error().message);
        std::exit(2);  // NOLINT(concurrency-mt-unsafe): there is one thread
    }
}

/// A file that grows.
class Output {
public:
    Output(core::Files& files, const std::string& path) {
        must(files.makeFolders(core::folderOf(path)));
        file_ = *files.open(path, core::OpenMode::CreateNew);
    }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    ~Output() { flush(); }
    void add(ByteView bytes) {
        core::append(pending_, bytes);
        size_ += bytes.size();
        if (pending_.size() >= kFlushBytes) {
            flush();
        }
    }
    [[nodiscard]] std::uint64_t size() const { return size_; }

private:
    void flush() {
        const std::array<ByteView, 1> pieces = {ByteView(pending_)};
        must(file_->append(pieces));
        pending_.clear();
    }
    std::unique_ptr<core::File> file_;
    Buffer pending_;
    std::uint64_t size_ = 0;
};

class Maker {
public:
    Maker(core::Files& files, std::string folder)
        : files_(files),
          folder_(std::move(folder)),
          agency_(*crypto::Authority::create("Agency", 10, now_)),
          ledger_(files, folder_ + "/card/ledger/0/0000000000.cbor") {
        GenesisBody body(
            agency_.certify(identity_.publicKey(), crypto::Role::Recorder, kDevice, 5, now_)->der(),
            {epoch_.publicKey(), resume_.publicKey()});
        body.witnessKey = Buffer(32, 1);
        const Entry genesis = add("genesis", body.toCbor(false), identity_);
        put("agency/root.pem", core::viewOf(agency_.certificate().toPem()));
        put("agency/registered/" + registrationName(kDevice, 0),
            Registration{kDevice, 0, genesis.hash}.sign(agency_.key()));
    }

    void honest(std::uint64_t parts) {
        constexpr std::uint64_t kPartsOfSegment = 120;
        start();
        for (std::uint64_t made = 0; made < parts; made += kPartsOfSegment) {
            segment(made / kPartsOfSegment, std::min(kPartsOfSegment, parts - made), made);
        }
        add("end", Cbor::map({{"recording", 1}, {"reason", "button"}}), epoch_);
    }

    void hostile(std::uint64_t bytes, const std::string& kind) {
        start();
        SegmentBody open;
        open.recording = 1;
        open.initSize = 1;
        cheap("segment", open.toCbor());
        for (std::uint64_t number = 0; ledger_.size() < bytes; ++number) {
            cheap(kind == "spans"  ? "part"
                  : kind == "torn" ? "recovery"
                                   : kind,
                  bodyOf(kind, number));
        }
        add("shutdown", Cbor::map({{"reason", "button"}}), epoch_);
    }

private:
    void put(const std::string& name, ByteView content) {
        const std::string path = folder_ + "/" + name;
        must(files_.makeFolders(core::folderOf(path)));
        must(core::replaceFile(files_, path, content));
    }

    void start() {
        add("start", Cbor::map({{"manner", "video"}, {"trigger", "button"}, {"press", 1}}), epoch_);
    }

    EntryFields fields(const std::string& kind, Cbor body) {
        EntryFields made;
        made.device = kDevice;
        made.seq = seq_;
        made.previous = previous_;
        made.boot = 1;
        made.time.boottimeNs = 1000 * (seq_ + 1);
        made.kind = kind;
        made.body = std::move(body);
        return made;
    }

    Entry keep(Entry entry) {
        previous_ = entry.hash;
        ++seq_;
        ledger_.add(entry.bytes);
        if (entry.kind == "start") {
            link_.clear();
        }
        core::append(link_, entry.bytes);
        return entry;
    }

    Entry add(const std::string& kind, Cbor body, const crypto::PrivateKey& key) {
        return keep(signEntry(fields(kind, std::move(body)), key));
    }

    /// An entry with a signature only where it counts.
    void cheap(const std::string& kind, Cbor body) {
        if (seq_ % kSignedEvery == 0) {
            keep(signEntry(fields(kind, std::move(body)), epoch_));
        } else {
            const EntryFields made = fields(kind, std::move(body));
            const Buffer payload = Cbor::map({{1, 1},
                                              {2, made.device},
                                              {3, made.generation},
                                              {4, made.seq},
                                              {5, made.previous},
                                              {6, made.boot},
                                              {7, made.time.boottimeNs},
                                              {8, Cbor::array({0, 0, nullptr})},
                                              {9, made.kind},
                                              {10, made.body}})
                                       .encode();
            Buffer bytes = core::fromHex("d28451a20126036c6c697568656e2f656e747279a0").value();
            if (payload.size() < 256) {
                core::appendU8(bytes, 0x58);
                core::appendU8(bytes, static_cast<std::uint8_t>(payload.size()));
            } else {
                core::appendU8(bytes, 0x59);
                core::appendU16(bytes, static_cast<std::uint16_t>(payload.size()));
            }
            core::append(bytes, payload);
            core::appendU16(bytes, 0x5840);
            bytes.resize(bytes.size() + 64);
            previous_ = crypto::sha256(bytes);
            ++seq_;
            ledger_.add(bytes);
        }
        link_.clear();
    }

    [[nodiscard]] static Cbor bodyOf(const std::string& kind, std::uint64_t number) {
        if (kind == "part" || kind == "spans") {
            PartBody body;
            body.recording = 1;
            body.part = number;
            body.tracks = {{1, number * 2, 2, 1}};
            for (std::uint64_t track = 2; kind == "spans" && track < 6000; ++track) {
                body.tracks.push_back({track, number, 1, 1});
            }
            return body.toCbor();
        }
        if (kind == "torn") {
            RecoveryBody body;
            body.recording = 1;
            for (std::size_t i = 0; i < kMaxTorn; ++i) {
                body.torn.push_back({fmt::format("{:x}.torn", number * kMaxTorn + i), 0, {}});
            }
            return body.toCbor();
        }
        if (kind == "interruption") {
            return Cbor::map({{"recording", 1}, {"tracks", Cbor::Array(30000, Cbor(1))}});
        }
        if (kind == "segment") {
            SegmentBody body;
            body.recording = 1;
            body.segment = number + 1;
            return body.toCbor();
        }
        if (kind == "receipt") {
            return Cbor::map({{"message", Buffer()}});
        }
        if (kind == "release") {
            ReleaseBody body;
            body.recording = 1;
            body.segment = number;
            return body.toCbor();
        }
        return Cbor::map({{"what", "note"}});
    }

    void segment(std::uint64_t number, std::uint64_t parts, std::uint64_t second) {
        media::Tracks tracks;
        tracks.video = media::samples::video1080();
        const Buffer init = *media::makeInit(tracks);
        Output file(files_, fmt::format("{}/card/footage/0-1/{}.mp4", folder_, number));
        file.add(init);
        SegmentBody segment;
        segment.recording = 1;
        segment.segment = number;
        segment.init = crypto::sha256(init);
        segment.initSize = init.size();
        add("segment", segment.toCbor(), epoch_);
        for (std::uint64_t part = 0; part < parts; ++part) {
            const std::uint64_t time = (second + part) * 90000;
            media::samples::Run pictures(time, 90000, 1, 40);
            Buffer content;
            must(media::appendUuidBox(content, kLinkBox, link_));
            core::append(content, media::samples::wholeFragment(1, pictures.samples(), {}));
            PartBody body;
            body.recording = 1;
            body.segment = number;
            body.part = part;
            body.offset = file.size();
            body.size = content.size();
            body.hash = crypto::sha256(content);
            body.init = segment.init;
            body.tracks = {{kPictureTrack, time, 90000, 1}};
            const Entry entry = add("part", body.toCbor(), epoch_);
            link_.clear();
            must(media::appendUuidBox(content, kProofBox, entry.bytes));
            file.add(content);
        }
        add("segment.end", SegmentEndBody{1, number, file.size(), parts}.toCbor(), epoch_);
    }

    core::Files& files_;
    std::string folder_;
    core::Microseconds now_ = core::SystemClock().utc();
    crypto::Authority agency_;
    crypto::PrivateKey identity_ = crypto::PrivateKey::generate();
    crypto::PrivateKey epoch_ = crypto::PrivateKey::generate();
    crypto::PrivateKey resume_ = crypto::PrivateKey::generate();
    Output ledger_;
    std::uint64_t seq_ = 0;
    Digest previous_{};
    Buffer link_;
};

int start(const std::vector<std::string>& arguments) {
    const bool honest = arguments.size() == 3 && arguments[1] == "honest";
    const bool hostile = arguments.size() == 4 && arguments[1] == "hostile";
    const auto number = honest || hostile
                            ? core::parseUnsigned(arguments[2])
                            : Result<std::uint64_t>(tl::make_unexpected(core::Error{}));
    if (!number) {
        fmt::print(stderr, "usage: evidence_ledger_maker DIR honest PARTS | hostile BYTES KIND\n");
        return 2;
    }
    const auto files = core::systemFiles();
    Maker maker(*files, arguments[0]);
    if (honest) {
        maker.honest(*number);
    } else {
        maker.hostile(*number, arguments[3]);
    }
    return 0;
}

}  // namespace

}  // namespace liuhen::evidence

int main(int argc, char** argv) {
    try {
        return liuhen::evidence::start({argv + 1, argv + argc});
    } catch (const std::exception& error) {
        (void)std::fprintf(stderr, "ledger_maker: unexpected: %s\n", error.what());
        return 2;
    }
}
