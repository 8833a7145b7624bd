// SPDX-License-Identifier: Apache-2.0
// The list of imports, for people and for machines.
#include "common/core/clock.hpp"
#include "dock/app/committed_words.hpp"
#include "dock/app/import.hpp"
#include "dock/vault/import_client.hpp"

#include <fmt/format.h>

namespace liuhen::dock {

namespace {

using core::Result;
using nlohmann::json;

template <class Us>
std::string timeOf(Us us) {
    return core::formatUtc(core::Microseconds(static_cast<std::int64_t>(us)));
}

}  // namespace

std::string importsText(const std::vector<vault::Imported>& imports) {
    std::string text;
    for (const vault::Imported& found : imports) {
        text += fmt::format(
            "{}\n  {}, {} bytes, imported {} (leaf {}), unproven\n  object {}\n"
            "  taken by {} {} from {} until {}\n  wearer {}\n  because {}\n  handed over by {}\n",
            wordsOf(found.file),
            found.media,
            found.sizeBytes,
            timeOf(found.importedUs),
            found.leaf,
            core::toHex(found.object),
            found.maker,
            found.device,
            timeOf(found.fromUs),
            timeOf(found.untilUs),
            wordsOf(found.wearer),
            wordsOf(found.reason),
            wordsOf(found.by));
    }
    return imports.empty() ? "nothing was imported\n" : text;
}

std::string importsJson(const std::vector<vault::Imported>& imports) {
    json list = json::array();
    for (const vault::Imported& found : imports) {
        list.push_back({{"index", found.leaf},
                        {"imported", timeOf(found.importedUs)},
                        {"object", core::toHex(found.object)},
                        {"size", found.sizeBytes},
                        {"verdict", "unproven"},
                        {"media", found.media},
                        {"maker", found.maker},
                        {"device", found.device},
                        {"from", timeOf(found.fromUs)},
                        {"until", timeOf(found.untilUs)},
                        {"file", wordsJson(found.file)},
                        {"wearer", wordsJson(found.wearer)},
                        {"reason", wordsJson(found.reason)},
                        {"by", wordsJson(found.by)}});
    }
    return json{{"imports", std::move(list)}}.dump(2, ' ', false, json::error_handler_t::replace) +
           "\n";
}

Result<int> listImports(const Config& config, const ImportsOptions& options) {
    auto client = vault::ImportClient::connect(config.vaultSocket);
    if (!client) {
        return core::fail(
            client.error().kind,
            client.error().message + "; is liuhen-vault running, and may you ask it?");
    }
    std::vector<vault::Imported> all;
    std::optional<std::uint64_t> before;
    do {
        LIUHEN_TRY(vault::ImportList list, client->list(before));
        all.insert(all.end(), list.imports.begin(), list.imports.end());
        before = list.more;
    } while (before);
    fmt::print("{}", options.json ? importsJson(all) : importsText(all));
    return 0;
}

}  // namespace liuhen::dock
