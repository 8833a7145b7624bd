// SPDX-License-Identifier: Apache-2.0
// `liuhen ledger`: prints entries for people or machines; checks nothing.
#include "common/core/clock.hpp"
#include "tools/liuhen/commands.hpp"
#include "tools/liuhen/entry_files.hpp"

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

}  // namespace

Result<int> printLedger(core::Files& files, const LedgerOptions& options) {
    LIUHEN_CHECK(forEachEntry(
        files, options.path, false, [&options](const evidence::Entry& entry, bool /*anchor*/) {
            print(entry, options.json);
        }));
    return 0;
}

}  // namespace liuhen::cli
