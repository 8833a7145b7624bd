// SPDX-License-Identifier: Apache-2.0
// How many bytes the proofs take beside the footage that they prove.
#include "common/core/files.hpp"
#include "common/evidence/boxes.hpp"
#include "common/media/box_list.hpp"
#include "tools/bench/agency.hpp"
#include "tools/bench/benches.hpp"
#include "tools/bench/process.hpp"
#include "tools/bench/workload.hpp"

#include <fmt/format.h>

namespace liuhen::bench {

namespace {

using core::Result;

constexpr double kBar = 0.0025;
constexpr std::uint64_t kTagBytes = 16;  // behind what is locked
constexpr std::size_t kMostBoxes = 1U << 20U;

struct Bytes {
    std::uint64_t media = 0;
    std::uint64_t boxes = 0;         // of ours: link, proof, envelope, head and tag of locked
    std::uint64_t ledger = 0;        // the same entries once more
    std::uint64_t certificates = 0;  // of root and recorder

    [[nodiscard]] std::uint64_t proof() const { return boxes + ledger + certificates; }
};

Result<void> countSegment(core::Files& files, const std::string& path, Bytes& bytes) {
    LIUHEN_TRY(const auto file, files.open(path, core::OpenMode::Read));
    LIUHEN_TRY(const std::uint64_t size, file->size());
    const media::ReadAt read = [&file](std::uint64_t offset, std::span<std::uint8_t> into) {
        return file->readAt(offset, into);
    };
    LIUHEN_TRY(const auto boxes, media::listBoxes(read, size, kMostBoxes));
    if (media::endOf(boxes) != size) {
        return core::fail(core::ErrorKind::DataLoss, "count " + path + ": it does not end clean");
    }
    for (const media::BoxPlace& box : boxes) {
        if (box.type != media::kUuid) {
            bytes.media += box.size;
        } else if (box.userType == evidence::kLockedBox) {
            bytes.boxes += box.headerBytes + kTagBytes;
            bytes.media += box.size - box.headerBytes - kTagBytes;
        } else {
            bytes.boxes += box.size;
        }
    }
    return {};
}

Result<Bytes> count(const std::string& recorder, const std::string& agency) {
    const auto files = core::systemFiles();
    Bytes bytes;
    LIUHEN_TRY(const FileList footage, filesBelow(recorder + "/card/footage"));
    for (const std::string& path : footage.paths) {
        LIUHEN_CHECK(countSegment(*files, path, bytes));
    }
    LIUHEN_TRY(const FileList ledger, filesBelow(recorder + "/card/ledger"));
    bytes.ledger = ledger.bytes;
    for (const std::string& path : {recorder + "/keystore/identity.crt", agency + "/root.pem"}) {
        LIUHEN_TRY(const auto file, files->open(path, core::OpenMode::Read));
        LIUHEN_TRY(const std::uint64_t size, file->size());
        bytes.certificates += size;
    }
    return bytes;
}

Result<Figure> measure(const BenchOptions& options, const Agency& agency, bool encrypted) {
    LIUHEN_TRY(const std::string file, material());
    LIUHEN_TRY(const Scratch scratch, Scratch::make(options.scratch));
    const std::string recorder = scratch.path("recorder");
    LIUHEN_CHECK(agency.freshRecorder(recorder));
    std::vector<std::string> record{
        options.self, "child", "record", "--material", file, "--recorder", recorder};
    if (encrypted) {
        record.emplace_back("--encrypt");
    }
    LIUHEN_TRY(const Cost cost, run(record, RunOptions{}));
    LIUHEN_TRY(const Bytes bytes, count(recorder, agency.folder()));
    Figure figure;
    figure.name = encrypted ? "proof.encrypted" : "proof";
    figure.bar = kBar;
    figure.what = fmt::format("bytes of proof over bytes of footage, {} s at 8 Mbit/s, {}",
                              kMaterialSeconds,
                              encrypted ? "encrypted" : "clear");
    figure.peer = "the same footage as fragmented MP4: ftyp, moov, moof and mdat";
    figure.leavesOut = "all proof";
    figure.unit = "kB";
    figure.ours.push_back(static_cast<double>(bytes.proof()) / 1000);
    figure.peers.push_back(static_cast<double>(bytes.media) / 1000);
    figure.ourCpuSeconds = cost.cpuSeconds;
    figure.note = fmt::format("{:.4f} %: {} bytes of boxes, {} of ledger, {} of certificates",
                              figure.ratio() * 100,
                              bytes.boxes,
                              bytes.ledger,
                              bytes.certificates);
    return figure;
}

}  // namespace

Result<std::vector<Figure>> proofBench(const BenchOptions& options) {
    LIUHEN_TRY(const Scratch scratch, Scratch::make(options.scratch));
    LIUHEN_TRY(const Agency agency, Agency::make(scratch.path()));
    std::vector<Figure> figures;
    for (const bool encrypted : {false, true}) {
        LIUHEN_TRY(Figure figure, measure(options, agency, encrypted));
        figures.push_back(std::move(figure));
    }
    return figures;
}

}  // namespace liuhen::bench
