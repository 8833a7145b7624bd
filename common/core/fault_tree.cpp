// SPDX-License-Identifier: Apache-2.0
// Folders that lose what was not synced.
#include "common/core/fault_tree.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace liuhen::core {

namespace {

using Folder = std::shared_ptr<FaultFolder>;

/// The elements of a path; "." and empty ones do not count.
std::vector<std::string> elementsOf(const std::string& path) {
    std::vector<std::string> elements;
    std::size_t start = 0;
    while (start <= path.size()) {
        const std::size_t end = std::min(path.find('/', start), path.size());
        std::string element = path.substr(start, end - start);
        if (!element.empty() && element != ".") {
            elements.push_back(std::move(element));
        }
        start = end + 1;
    }
    return elements;
}

tl::unexpected<Error> failed(ErrorKind kind,
                             std::string_view verb,
                             const std::string& path,
                             std::string_view why) {
    return fail(kind, fmt::format("{} {}: {}", verb, path, why));
}

}  // namespace

Result<FaultTree::Place> FaultTree::find(std::string_view verb, const std::string& path) const {
    const std::vector<std::string> elements = elementsOf(path);
    if (path.empty() || path.find('\0') != std::string::npos ||
        std::find(elements.begin(), elements.end(), "..") != elements.end()) {
        return failed(ErrorKind::InvalidArgument, verb, path, "not a path of this storage");
    }
    Place place{.folder = root_, .name = {}, .node = nullptr};
    for (std::size_t i = 0; i < elements.size(); ++i) {
        if (i > 0) {
            if (place.node == nullptr) {
                return failed(ErrorKind::NotFound, verb, path, "No such file or directory");
            }
            const Folder* inner = std::get_if<Folder>(place.node);
            if (inner == nullptr) {
                return failed(ErrorKind::FailedPrecondition, verb, path, "Not a directory");
            }
            place.folder = Folder(*inner);
        }
        place.name = elements[i];
        const auto found = place.folder->seen.find(place.name);
        place.node = found == place.folder->seen.end() ? nullptr : &found->second;
    }
    return place;
}

Result<Folder> FaultTree::folder(std::string_view verb, const std::string& path) const {
    LIUHEN_TRY(const Place place, find(verb, path));
    if (place.name.empty()) {
        return root_;
    }
    if (place.node == nullptr) {
        return failed(ErrorKind::NotFound, verb, path, "No such file or directory");
    }
    const Folder* found = std::get_if<Folder>(place.node);
    if (found == nullptr) {
        return failed(ErrorKind::FailedPrecondition, verb, path, "Not a directory");
    }
    return *found;
}

void FaultTree::add(const Place& at, FaultNode node) {
    changes_.push_back({Edit{at.folder, at.name, node}});
    at.folder->seen.insert_or_assign(at.name, std::move(node));
}

void FaultTree::remove(const Place& at) {
    changes_.push_back({Edit{at.folder, at.name, std::nullopt}});
    at.folder->seen.erase(at.name);
}

void FaultTree::rename(const Place& from, const Place& to) {
    const FaultNode node = *from.node;
    changes_.push_back(
        {Edit{to.folder, to.name, node}, Edit{from.folder, from.name, std::nullopt}});
    from.folder->seen.erase(from.name);
    to.folder->seen.insert_or_assign(to.name, node);
}

void FaultTree::addDurable(const Place& at) {
    auto made = std::make_shared<FaultFolder>();
    const Edit edit{at.folder, at.name, made};
    at.folder->seen.insert_or_assign(at.name, std::move(made));
    forget(changes_.size(), edit);
    keep(edit);
}

void FaultTree::keep(const Edit& edit) {
    if (edit.node.has_value()) {
        edit.folder->kept.insert_or_assign(edit.name, *edit.node);
    } else {
        edit.folder->kept.erase(edit.name);
    }
}

void FaultTree::forget(std::size_t change, const Edit& kept) {
    for (std::size_t i = 0; i < change; ++i) {
        std::erase_if(changes_[i], [&kept](const Edit& edit) {
            return edit.folder == kept.folder && edit.name == kept.name;
        });
    }
}

void FaultTree::sync(const Folder& folder) {
    for (std::size_t i = 0; i < changes_.size(); ++i) {
        Change& change = changes_[i];
        const bool goesAway = std::any_of(change.begin(), change.end(), [&](const Edit& edit) {
            return edit.folder == folder && !edit.node.has_value();
        });
        for (const Edit& edit : change) {
            // A name that is kept as gone must be kept where it went, or the file would be lost.
            if (goesAway || edit.folder == folder) {
                keep(edit);
                forget(i, edit);
            }
        }
        std::erase_if(change, [&](const Edit& edit) { return goesAway || edit.folder == folder; });
    }
    std::erase_if(changes_, [](const Change& change) { return change.empty(); });
}

void FaultTree::crash(std::mt19937_64* torn) {
    const std::size_t lucky =
        torn == nullptr ? 0 : static_cast<std::size_t>((*torn)() % (changes_.size() + 1));
    for (std::size_t i = 0; i < lucky; ++i) {
        for (const Edit& edit : changes_[i]) {
            keep(edit);
        }
    }
    changes_.clear();
    auto root = std::make_shared<FaultFolder>();
    std::vector<std::pair<Folder, Folder>> left{{root_, root}};
    std::set<Folder> visited;  // a folder half moved is found at its first place alone
    while (!left.empty()) {
        const auto [old, fresh] = left.back();
        left.pop_back();
        for (const auto& [name, node] : old->kept) {
            if (const auto* file = std::get_if<std::shared_ptr<FaultInode>>(&node)) {
                fresh->kept.emplace(name, std::make_shared<FaultInode>((*file)->surviving(torn)));
                continue;
            }
            const auto& inner = std::get<Folder>(node);
            if (visited.insert(inner).second) {
                auto made = std::make_shared<FaultFolder>();
                fresh->kept.emplace(name, made);
                left.emplace_back(inner, std::move(made));
            }
        }
        fresh->seen = fresh->kept;
    }
    root_ = std::move(root);
}

std::uint64_t FaultTree::usedBytes() const {
    std::uint64_t used = 0;
    std::vector<Folder> left{root_};
    while (!left.empty()) {
        const Folder folder = std::move(left.back());
        left.pop_back();
        for (const auto& [name, node] : folder->seen) {
            if (const auto* file = std::get_if<std::shared_ptr<FaultInode>>(&node)) {
                used += (*file)->seen().size();
            } else {
                left.push_back(std::get<Folder>(node));
            }
        }
    }
    return used;
}

}  // namespace liuhen::core
