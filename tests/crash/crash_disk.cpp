// SPDX-License-Identifier: Apache-2.0
// Following calls, and making a state.
#include "tests/crash/crash_disk.hpp"

#include "common/crypto/digest.hpp"

#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

namespace liuhen::test {

using core::Buffer;
using core::ErrorKind;
using core::fail;

namespace {

/// All that can be reached from the root, each with its path; folders before what is in them.
std::vector<std::pair<std::string, const Tree::Item*>> reachable(const Tree& tree) {
    std::vector<std::pair<std::string, const Tree::Item*>> found = {
        {"", &tree.items.at(Tree::kRoot)}};
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto [path, item] = found[i];
        for (const auto& [name, inner] : item->names) {
            found.emplace_back(path + "/" + name, &tree.items.at(inner));
        }
    }
    return found;
}

Change resized(Tree::Node node, std::uint64_t size) {
    Change change;
    change.what = Change::What::Resize;
    change.node = node;
    change.offset = size;
    return change;
}

Change written(Tree::Node node, const FileCall& call) {
    Change change;
    change.node = node;
    change.offset = call.offset;
    change.data = call.data;
    return change;
}

Change renamed(Tree::Node folder,
               std::vector<std::pair<std::string, std::optional<Tree::Node>>> names) {
    Change change;
    change.what = Change::What::Names;
    change.node = folder;
    change.names = std::move(names);
    return change;
}

}  // namespace

Tree::Tree() {
    items[kRoot].isFolder = true;
}

core::Result<void> Tree::writeTo(const std::string& folder) const {
    for (const auto& [path, item] : reachable(*this)) {
        std::error_code failed;
        if (item->isFolder) {
            std::filesystem::create_directories(folder + path, failed);
        } else {
            std::ofstream file(folder + path, std::ios::binary);
            file.write(reinterpret_cast<const char*>(item->content->data()),
                       static_cast<std::streamsize>(item->content->size()));
            file.close();
            failed = file ? failed : std::make_error_code(std::errc::io_error);
        }
        if (failed) {
            return fail(ErrorKind::Unavailable, "make " + folder + path + ": " + failed.message());
        }
    }
    return {};
}

core::Digest Tree::digest() const {
    crypto::Sha256 hash;
    for (const auto& [path, item] : reachable(*this)) {
        const std::size_t size = item->isFolder ? item->names.size() : item->content->size();
        const std::string head = fmt::format("{} {} {} ", path, item->isFolder, size);
        hash.update(core::viewOf(head));
        if (!item->isFolder) {
            hash.update(*item->content);
        }
    }
    return hash.finish();
}

void Change::applyTo(Tree& tree, std::size_t bytes, bool zeros) const {
    Tree::Item& item = tree.items.at(node);
    if (what == What::Names) {
        for (const auto& [name, target] : names) {
            if (target) {
                item.names[name] = *target;
            } else {
                item.names.erase(name);
            }
        }
        return;
    }
    Buffer content = *item.content;
    if (what == What::Resize) {
        content.resize(static_cast<std::size_t>(offset));
    } else {
        const auto at = static_cast<std::size_t>(offset);
        const std::size_t count = std::min(bytes, data->size());
        content.resize(std::max(content.size(), at + count));
        if (zeros) {
            std::fill_n(content.begin() + static_cast<std::ptrdiff_t>(at), count, std::uint8_t{0});
        } else {
            std::copy_n(data->begin(), count, content.begin() + static_cast<std::ptrdiff_t>(at));
        }
    }
    item.content = std::make_shared<const Buffer>(std::move(content));
}

core::Result<CrashDisk::Place> CrashDisk::find(const std::string& path) const {
    Place place{Tree::kRoot, "", Tree::kRoot};
    for (std::size_t at = folder_.size(); at < path.size();) {
        const std::size_t end = std::min(path.find('/', at + 1), path.size());
        const std::string name = path.substr(at + 1, end - at - 1);
        at = end;
        if (name.empty() || name == ".") {
            continue;
        }
        if (!place.node || !seen_.items.at(*place.node).isFolder) {
            return fail(ErrorKind::Internal, "follow the calls: no folder above " + path);
        }
        place.folder = *place.node;
        place.name = name;
        const auto& names = seen_.items.at(place.folder).names;
        const auto found = names.find(name);
        place.node = found == names.end() ? std::nullopt : std::optional(found->second);
    }
    return place;
}

Tree::Node CrashDisk::make(bool isFolder) {
    const Tree::Node node = next_++;
    Tree::Item item;
    item.isFolder = isFolder;
    item.content = std::make_shared<const Buffer>();
    seen_.items[node] = item;
    durable_.items[node] = std::move(item);
    return node;
}

void CrashDisk::change(Change made) {
    made.applyTo(seen_);
    pending_.push_back(std::move(made));
}

void CrashDisk::settle(Tree::Node node, bool failed) {
    const bool isFolder = seen_.items.at(node).isFolder;
    std::vector<Change> left;
    for (Change& each : pending_) {
        if (each.node != node || each.dropped || (failed && isFolder)) {
            left.push_back(std::move(each));
        } else if (failed) {
            left.push_back(std::move(each));
            left.back().dropped = true;
        } else {
            each.applyTo(durable_);
        }
    }
    pending_ = std::move(left);
}

core::Result<void> CrashDisk::open(const FileCall& call) {
    if (call.error != 0) {
        return {};
    }
    LIUHEN_TRY(Place place, find(call.path));
    if (!place.node) {
        if ((call.flags & O_CREAT) == 0) {
            return fail(ErrorKind::Internal,
                        "follow the calls: opened out of nothing: " + call.path);
        }
        place.node = make(false);
        change(renamed(place.folder, {{place.name, place.node}}));
    }
    if ((call.flags & O_TRUNC) != 0) {
        change(resized(*place.node, 0));
    }
    open_[call.fd] = *place.node;
    return {};
}

core::Result<void> CrashDisk::move(const FileCall& call) {
    LIUHEN_TRY(const Place from, find(call.path));
    LIUHEN_TRY(const Place to, find(call.other));
    if (!from.node) {
        return fail(ErrorKind::Internal, "follow the calls: renamed out of nothing: " + call.path);
    }
    if (call.kind == CallKind::Link) {
        change(renamed(to.folder, {{to.name, from.node}}));
    } else if (from.folder == to.folder) {
        change(renamed(to.folder, {{from.name, std::nullopt}, {to.name, from.node}}));
    } else {
        change(renamed(to.folder, {{to.name, from.node}}));
        change(renamed(from.folder, {{from.name, std::nullopt}}));
    }
    return {};
}

core::Result<void> CrashDisk::remove(const FileCall& call) {
    LIUHEN_TRY(const Place place, find(call.path));
    if (!place.node) {
        return fail(ErrorKind::Internal, "follow the calls: removed out of nothing: " + call.path);
    }
    change(renamed(place.folder, {{place.name, std::nullopt}}));
    return {};
}

core::Result<void> CrashDisk::apply(const FileCall& call) {
    if (call.kind == CallKind::Started) {
        open_.clear();
        return {};
    }
    if (call.kind == CallKind::Open) {
        return open(call);
    }
    if (call.kind == CallKind::Unknown) {
        return fail(ErrorKind::Internal,
                    fmt::format("follow the calls: the effect of {} on {} is not known here; teach "
                                "tests/crash/record_files.cpp that call",
                                core::textOf(*call.data),
                                call.path));
    }
    const bool byName = call.kind >= CallKind::Rename && call.kind <= CallKind::RemoveFolder;
    if (call.kind == CallKind::Sent || (call.error != 0 && call.kind != CallKind::Sync)) {
        return {};
    }
    if (byName) {
        if (call.kind == CallKind::MakeFolder) {
            LIUHEN_TRY(const Place place, find(call.path));
            if (call.path.size() > folder_.size()) {
                change(renamed(place.folder, {{place.name, make(true)}}));
            }
            return {};
        }
        const bool moves = call.kind == CallKind::Rename || call.kind == CallKind::Link;
        return moves ? move(call) : remove(call);
    }
    const auto found = open_.find(call.fd);
    if (found == open_.end()) {
        return fail(ErrorKind::Internal, "follow the calls: a descriptor that nobody opened");
    }
    const Tree::Node node = found->second;
    if (call.kind == CallKind::Close) {
        open_.erase(found);
    } else if (call.kind == CallKind::Sync) {
        settle(node, call.error != 0);
    } else if (call.kind == CallKind::Resize) {
        if (call.offset != seen_.items.at(node).content->size()) {
            change(resized(node, call.offset));
        }
    } else {
        change(written(node, call));
    }
    return {};
}

}  // namespace liuhen::test
