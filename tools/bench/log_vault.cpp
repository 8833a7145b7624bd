// SPDX-License-Identifier: Apache-2.0
// Thousands of leaves to a transaction and a checkpoint: nobody waits for them.
#include "tools/bench/log_vault.hpp"

#include "common/evidence/messages.hpp"
#include "dock/vault/leaves.hpp"
#include "tools/bench/intake.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>

#include <fmt/format.h>

namespace liuhen::bench {

namespace {

using core::Result;
using vault::CustodyLog;
using vault::ObjectRow;
using vault::Records;

constexpr std::uint64_t kBatch = 16'384;  // leaves; TileStore takes four times as many
constexpr std::uint64_t kSegmentsOfRecording = 60;
constexpr const char* kDevice = "LH-BENCH-1";

/// A vault's rows and log, without the vault.
class OpenLog {
public:
    static Result<std::unique_ptr<OpenLog>> open(const LogVault& vault) {
        std::unique_ptr<OpenLog> made(new OpenLog(vault));
        const std::string& folder = vault.config.folder;
        for (const char* name : {"db", "objects", "incoming", "log"}) {
            LIUHEN_CHECK(made->files->makeFolders(core::joinPath(folder, name)));
        }
        LIUHEN_TRY(Records records, Records::open(core::joinPath(folder, "db/vault.db")));
        made->records.emplace(std::move(records));
        LIUHEN_TRY(CustodyLog log,
                   CustodyLog::open(
                       *made->records, *made->files, folder, vault.config.identity, made->clock));
        made->log.emplace(std::move(log));
        return made;
    }

    Result<void> batch(const std::function<Result<void>()>& add) {
        {
            LIUHEN_TRY(vault::Transaction transaction, records->begin());
            LIUHEN_CHECK(add());
            LIUHEN_CHECK(transaction.commit());
        }
        LIUHEN_CHECK(log->committed());
        LIUHEN_TRY(const std::string note, log->publish());
        return {};
    }

    const LogVault& vault;
    std::unique_ptr<core::Files> files = core::systemFiles();
    core::SystemClock clock;
    std::optional<Records> records;
    std::optional<CustodyLog> log;

private:
    explicit OpenLog(const LogVault& made) : vault(made) {}
};

/// A file of a few bytes as the vault would keep it, but for the syncs: the row that tells of it.
Result<ObjectRow> makeObject(OpenLog& open, std::uint64_t number) {
    const std::string content = fmt::format("bench object {}", number);
    ObjectRow row;
    row.object = crypto::sha256(core::viewOf(content));
    row.sizeBytes = content.size();
    row.place.type = vault::ObjectType::Segment;
    row.place.device = kDevice;
    row.place.recording = number / kSegmentsOfRecording;
    row.place.segment = number % kSegmentsOfRecording;
    row.entry = row.object;
    row.verdict = "intact";
    const std::string hex = core::toHex(row.object);
    const std::string folder =
        core::joinPath(open.vault.config.folder, "objects/" + hex.substr(0, 2));
    LIUHEN_CHECK(open.files->makeFolders(folder));
    LIUHEN_TRY(const auto file,
               open.files->open(core::joinPath(folder, hex), core::OpenMode::CreateNew));
    const core::ByteView bytes = core::viewOf(content);
    LIUHEN_CHECK(file->append(std::span(&bytes, 1)));
    return row;
}

Result<void> addReceipt(OpenLog& open, const ObjectRow& row) {
    const auto& identity = open.vault.config.identity;
    tlog::TileStore& tiles = open.log->tiles();
    evidence::Receipt receipt;
    LIUHEN_TRY(receipt.leaf, tiles.leaf(row.leaf));
    LIUHEN_TRY(const evidence::ObjectLeaf leaf, evidence::ObjectLeaf::decode(receipt.leaf));
    receipt.vault = identity.origin;
    receipt.certificate = identity.receiptCertificate.der();
    receipt.device = leaf.device;
    receipt.type = leaf.type;
    receipt.recording = leaf.recording;
    receipt.segment = leaf.segment;
    receipt.entry = leaf.entry;
    receipt.object = leaf.object;
    receipt.size = leaf.size;
    receipt.storedUs = leaf.timeUs;
    receipt.copies = 1;
    receipt.index = row.leaf;
    LIUHEN_TRY(receipt.path, tiles.inclusionPath(row.leaf, tiles.size()));
    receipt.checkpoint = tiles.note();
    vault::ReceiptRow made;
    made.objectLeaf = row.leaf;
    made.message = receipt.sign(identity.receiptKey);
    LIUHEN_TRY(made.leaf,
               open.log->add("receipt",
                             evidence::encodeLeaf(
                                 open.clock.utc().count(),
                                 "receipt",
                                 core::Cbor::map({{"object", row.object},
                                                  {"message", crypto::sha256(made.message)}}))));
    return open.records->add(made);
}

}  // namespace

Result<LogVault> LogVault::make(const Agency& agency, const std::string& folder) {
    std::error_code ignored;
    std::filesystem::create_directories(folder, ignored);
    // No bay is ever served: any port will do.
    LIUHEN_CHECK(makeDock({{}, agency.liuhen(), agency.folder(), {}, {}}, folder, "1"));
    const auto files = core::systemFiles();
    LIUHEN_TRY(vault::Config config, vault::loadConfig(*files, folder + "/dock/vault.toml"));
    return LogVault{folder, std::move(config)};
}

Result<void> fillWithIncidents(const LogVault& vault, std::uint64_t leaves) {
    LIUHEN_TRY(const auto open, OpenLog::open(vault));
    while (open->log->next() < leaves) {
        const std::uint64_t end = std::min(open->log->next() + kBatch, leaves);
        LIUHEN_CHECK(open->batch([&]() -> Result<void> {
            while (open->log->next() < end) {
                core::Cbor body =
                    core::Cbor::map({{"what", "bench"},
                                     {"subject", kDevice},
                                     {"detail", fmt::format("incident {}", open->log->next())}});
                LIUHEN_TRY(
                    const std::uint64_t index,
                    open->log->add("incident",
                                   evidence::encodeLeaf(
                                       open->clock.utc().count(), "incident", std::move(body))));
                static_cast<void>(index);
            }
            return {};
        }));
    }
    return {};
}

Result<vault::Offer> fillWithObjects(const LogVault& vault, std::uint64_t objects) {
    LIUHEN_TRY(const auto open, OpenLog::open(vault));
    std::vector<ObjectRow> rows;
    for (std::uint64_t made = 0; made < objects;) {
        const std::uint64_t end = std::min(made + kBatch, objects);
        rows.clear();
        LIUHEN_CHECK(open->batch([&]() -> Result<void> {
            for (; made < end; ++made) {
                LIUHEN_TRY(ObjectRow row, makeObject(*open, made));
                vault::Judgement judgement;
                judgement.entry = *row.entry;
                LIUHEN_TRY(
                    row.leaf,
                    open->log->add("object",
                                   vault::objectLeaf(open->clock.utc().count(), row, judgement)));
                LIUHEN_CHECK(open->records->add(row));
                rows.push_back(std::move(row));
            }
            return {};
        }));
        LIUHEN_CHECK(open->batch([&]() -> Result<void> {
            for (const ObjectRow& row : rows) {
                if (made < objects || &row != &rows.back()) {
                    LIUHEN_CHECK(addReceipt(*open, row));
                }
            }
            return {};
        }));
    }
    return vault::Offer{rows.back().place, rows.back().sizeBytes, rows.back().entry};
}

Result<std::uint64_t> auditPathBytes(const LogVault& vault) {
    const auto files = core::systemFiles();
    LIUHEN_TRY(auto tiles,
               tlog::TileStore::open(*files,
                                     core::joinPath(vault.config.folder, "log"),
                                     core::joinPath(vault.config.folder, "scratch")));
    std::uint64_t longest = 0;
    constexpr std::uint64_t kLooks = 1000;
    for (std::uint64_t i = 0; i < kLooks; ++i) {
        LIUHEN_TRY(const auto path, tiles.inclusionPath(i * tiles.size() / kLooks, tiles.size()));
        longest = std::max<std::uint64_t>(longest, path.size() * core::Digest{}.size());
    }
    return longest;
}

}  // namespace liuhen::bench
