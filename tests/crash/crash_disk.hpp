// SPDX-License-Identifier: Apache-2.0
// A disk as recorded calls leave it: what the medium has, what it may have, what programs see.
#pragma once

#include "tests/crash/file_calls.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace liuhen::test {

/// Files and folders of one state of a disk. Copies share contents.
class Tree {
public:
    /// Stands for a file or folder for ever; never given twice.
    using Node = std::uint64_t;
    static constexpr Node kRoot = 0;

    struct Item {
        bool isFolder = false;
        std::shared_ptr<const core::Buffer> content;  // of a file
        std::map<std::string, Node> names;            // of a folder
    };

    Tree();
    /// Makes what can be reached from the root in a folder that is empty or not there.
    [[nodiscard]] core::Result<void> writeTo(const std::string& folder) const;
    /// Equal for trees of equal names and contents.
    [[nodiscard]] core::Digest digest() const;

    std::map<Node, Item> items;
};

/// One step between what the medium has and what programs see.
struct Change {
    enum class What { Write, Resize, Names };
    What what = What::Write;
    Tree::Node node = Tree::kRoot;  // of the file, or of the folder that holds the names
    std::uint64_t offset = 0;       // Write; Resize: the size
    std::shared_ptr<const core::Buffer> data;
    std::vector<std::pair<std::string, std::optional<Tree::Node>>> names;  // nothing: removed
    /// A sync of its file failed: the system has dropped it, and no later sync brings it.
    bool dropped = false;

    /// Writes only: `bytes` of the data at most; `zeros` in their place.
    void applyTo(Tree& tree, std::size_t bytes = SIZE_MAX, bool zeros = false) const;
};

/// Follows recorded calls. A file's bytes are on the medium once it was synced, a name once its
/// folder was; a rename between two folders is a new name in one and a removed one in the other.
/// Before that, each single change may be there or not.
///
/// A file whose sync fails loses what was not synced, though programs still see it, and though a
/// later sync succeeds, as Linux does. File systems that cannot write a folder stop altogether:
/// names whose sync failed stay uncertain.
class CrashDisk {
public:
    /// `folder`: what the paths of the calls begin with; it is empty when the log begins.
    explicit CrashDisk(std::string folder) : folder_(std::move(folder)) {}

    /// Errors: Internal for a call whose effect cannot be told, or that does not fit to what is
    /// there.
    [[nodiscard]] core::Result<void> apply(const FileCall& call);

    [[nodiscard]] const Tree& durable() const { return durable_; }
    /// In the order in which they were made.
    [[nodiscard]] const std::vector<Change>& pending() const { return pending_; }

private:
    struct Place {
        Tree::Node folder = Tree::kRoot;
        std::string name;
        std::optional<Tree::Node> node;
    };
    [[nodiscard]] core::Result<Place> find(const std::string& path) const;
    [[nodiscard]] core::Result<void> open(const FileCall& call);
    [[nodiscard]] core::Result<void> move(const FileCall& call);
    [[nodiscard]] core::Result<void> remove(const FileCall& call);
    Tree::Node make(bool isFolder);
    void settle(Tree::Node node, bool failed);
    void change(Change made);

    std::string folder_;
    Tree seen_;
    Tree durable_;
    std::vector<Change> pending_;
    std::map<int, Tree::Node> open_;
    Tree::Node next_ = Tree::kRoot + 1;
};

}  // namespace liuhen::test
