// SPDX-License-Identifier: Apache-2.0
// Leaf by leaf, as intake entered them.
#include "dock/catalogue/rebuild.hpp"

#include "common/evidence/entry_stream.hpp"
#include "common/evidence/vault_leaves.hpp"

#include <fmt/format.h>

namespace liuhen::catalogue {

namespace {

constexpr std::size_t kBatch = 1024;

Result<std::optional<evidence::Entry>> nextEntry(evidence::EntryStream& stream) {
    LIUHEN_TRY(const auto item, stream.next());
    if (!item) {
        return std::optional<evidence::Entry>();
    }
    if (item->framing != evidence::Framing::Whole) {
        return core::fail(core::ErrorKind::DataLoss,
                          fmt::format("no entry at offset {}", item->offset));
    }
    LIUHEN_TRY(auto entry, evidence::parseEntry(item->bytes));
    return std::optional<evidence::Entry>(std::move(entry));
}

/// One pass over the leaves.
class Rebuilding {
public:
    Rebuilding(core::Files& files, const std::string& vault, Catalogue& into)
        : files_(files), vault_(vault), into_(into) {}

    Result<Rebuilt> run(const std::vector<LoggedObject>& objects) {
        for (const LoggedObject& object : objects) {
            if (object.leaf.type == "chapter") {
                LIUHEN_CHECK(enterSegments());  // the log's order is kept
                LIUHEN_CHECK(enterChapter(object));
            } else if (object.leaf.type == "segment") {
                segments_.push_back(object);
                if (segments_.size() == kBatch) {
                    LIUHEN_CHECK(enterSegments());
                }
            }
        }
        LIUHEN_CHECK(enterSegments());
        return std::move(rebuilt_);
    }

private:
    void leave(std::uint64_t index, const std::string& why) {
        rebuilt_.left.push_back(fmt::format("leaf {}: {}", index, why));
    }

    Result<void> enterSegments() {
        LIUHEN_CHECK(into_.project(segments_));
        rebuilt_.segments += segments_.size();
        segments_.clear();
        return {};
    }

    Result<void> enterChapter(const LoggedObject& object) {
        const std::string name = evidence::objectName(object.leaf.object);
        const auto file = files_.open(core::joinPath(vault_, name), core::OpenMode::Read);
        if (!file) {
            leave(object.index, file.error().message);
            return {};
        }
        const auto found = evidence::hashFile(**file);
        if (!found || found->hash != object.leaf.object || found->size != object.leaf.size) {
            leave(object.index, name + " is not what the log names");
            return {};
        }
        evidence::EntryStream stream(**file);
        std::optional<core::Error> unread;
        const EntrySource source = [&]() -> Result<std::optional<evidence::Entry>> {
            auto entry = nextEntry(stream);
            if (!entry) {
                unread = entry.error();
            }
            return entry;
        };
        const auto entered = into_.project(source, object);
        if (unread) {
            leave(object.index, name + ": " + unread->message);
            return {};
        }
        if (!entered && entered.error().kind == core::ErrorKind::InvalidArgument) {
            leave(object.index, name + ": " + entered.error().message);
            return {};
        }
        LIUHEN_CHECK(entered);
        ++rebuilt_.chapters;
        return {};
    }

    core::Files& files_;
    const std::string& vault_;
    Catalogue& into_;
    std::vector<LoggedObject> segments_;
    Rebuilt rebuilt_;
};

}  // namespace

Result<Rebuilt> rebuild(core::Files& files,
                        const std::string& vault,
                        const std::vector<LoggedObject>& objects,
                        Catalogue& into) {
    return Rebuilding(files, vault, into).run(objects);
}

}  // namespace liuhen::catalogue
