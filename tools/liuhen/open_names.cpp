// SPDX-License-Identifier: Apache-2.0
// `liuhen open`: names and places out of entries, for who holds a recipient's key.
#include "common/evidence/private_value.hpp"
#include "tools/liuhen/commands.hpp"
#include "tools/liuhen/entry_files.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace liuhen::cli {

namespace {

using core::Cbor;
using core::Result;
using nlohmann::json;

/// Reads the private values of one entry after the other.
class NamesReader {
public:
    explicit NamesReader(const crypto::PrivateKey& recipient) : recipient_(recipient) {}

    void take(const evidence::Entry& entry) {
        const Cbor* names = entry.body.find("names");
        if (names != nullptr && names->items() != nullptr) {  // of an assignment
            for (const Cbor& name : *names->items()) {
                add(entry, "names", name);
            }
            return;
        }
        if (names != nullptr && !names->isNull()) {  // their key, of the process run
            key_.reset();
            const Cbor* envelope = names->find("envelope");
            if (envelope != nullptr && envelope->bytes() != nullptr) {
                if (auto key = evidence::NamesKey::open(*envelope->bytes(), recipient_)) {
                    key_ = *std::move(key);
                }
            }
            return;
        }
        for (const char* field : {"wearer", "place", "from", "to"}) {
            const Cbor* value = entry.body.find(field);
            if (value != nullptr && value->find("locked") != nullptr) {
                add(entry, field, *value);
            }
        }
    }

    [[nodiscard]] const json& lines() const { return lines_; }
    [[nodiscard]] std::size_t closed() const { return closed_; }

private:
    void add(const evidence::Entry& entry, const char* field, const Cbor& value) {
        const auto text = key_ ? key_->unlock(value) : core::fail(core::ErrorKind::NotFound, "");
        if (!text) {
            ++closed_;
            return;
        }
        lines_.push_back({{"generation", entry.generation},
                          {"seq", entry.seq},
                          {"kind", entry.kind},
                          {"field", field},
                          {"value", *text}});
    }

    const crypto::PrivateKey& recipient_;
    std::optional<evidence::NamesKey> key_;  // of the process run
    json lines_ = json::array();
    std::size_t closed_ = 0;  // that could not be read
};

}  // namespace

Result<bool> openNames(core::Files& files,
                       const std::string& path,
                       const crypto::PrivateKey& key,
                       const std::string& out) {
    NamesReader reader(key);
    LIUHEN_CHECK(
        forEachEntry(files, path, true, [&reader](const evidence::Entry& entry, bool /*anchor*/) {
            reader.take(entry);
        }));
    if (reader.lines().empty() && reader.closed() == 0) {
        return true;
    }
    const std::string to = core::joinPath(out, "names.json");
    const std::string text =
        reader.lines().dump(1, ' ', false, json::error_handler_t::replace) + "\n";
    LIUHEN_CHECK(core::replaceFile(files, to, core::viewOf(text)));
    fmt::print("{}\n", to);
    if (reader.closed() > 0) {
        fmt::print(
            stderr, "liuhen: {} names or places cannot be read with this key\n", reader.closed());
    }
    return reader.closed() == 0;
}

}  // namespace liuhen::cli
