// SPDX-License-Identifier: Apache-2.0
// `liuhen ledger`: prints entries for people or machines; checks nothing.
#include "common/core/clock.hpp"
#include "common/evidence/entry_stream.hpp"
#include "tools/liuhen/commands.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace liuhen::cli {

namespace {

using core::Result;
using nlohmann::json;

void print(const evidence::Entry& entry, bool asJson) {
    const std::string body = core::diagnose(entry.body);
    if (asJson) {
        const json line{{"device", entry.device},
                        {"generation", entry.generation},
                        {"seq", entry.seq},
                        {"hash", core::toHex(entry.hash)},
                        {"boot", entry.boot},
                        {"boottime_ns", entry.time.boottimeNs},
                        {"utc_us", entry.time.utcUs},
                        {"kind", entry.kind},
                        {"body", body}};
        fmt::print("{}\n", line.dump(-1, ' ', false, json::error_handler_t::replace));
        return;
    }
    fmt::print("{}.{:<6} {} {:<12} {}\n",
               entry.generation,
               entry.seq,
               core::formatUtc(core::Microseconds(entry.time.utcUs)),
               entry.kind,
               body);
}

Result<void> printFile(core::Files& files, const std::string& path, bool asJson) {
    LIUHEN_TRY(const auto file, files.open(path, core::OpenMode::Read));
    evidence::EntryStream stream(*file);
    for (;;) {
        LIUHEN_TRY(const auto item, stream.next());
        if (!item) {
            return {};
        }
        if (item->framing != evidence::Framing::Whole) {
            return core::fail(
                core::ErrorKind::DataLoss,
                fmt::format("print {}: no entry at byte {}; 'liuhen verify' tells what is wrong",
                            path,
                            item->offset));
        }
        LIUHEN_TRY(const evidence::Entry entry, evidence::parseEntry(item->bytes));
        print(entry, asJson);
    }
}

}  // namespace

Result<int> printLedger(core::Files& files, const LedgerOptions& options) {
    if (options.path.ends_with(".cbor")) {
        LIUHEN_CHECK(printFile(files, options.path, options.json));
        return 0;
    }
    std::string ledger = core::joinPath(options.path, "card/ledger");
    if (!files.exists(ledger)) {
        ledger = core::joinPath(options.path, "ledger");
    }
    LIUHEN_TRY(const auto generations, files.list(ledger));
    for (const core::FolderItem& generation : generations) {
        const std::string folder = core::joinPath(ledger, generation.name);
        LIUHEN_TRY(const auto chapters, files.list(folder));
        for (const core::FolderItem& chapter : chapters) {
            LIUHEN_CHECK(printFile(files, core::joinPath(folder, chapter.name), options.json));
        }
    }
    return 0;
}

}  // namespace liuhen::cli
