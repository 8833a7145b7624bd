// SPDX-License-Identifier: Apache-2.0
// A policy read line by line; names stand for what lines before them defined.
#include "common/tlog/policy.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace liuhen::tlog {

namespace {

using Words = std::vector<std::string_view>;

constexpr std::string_view kBlanks = " \t";

/// The items of a line, between blanks.
Words wordsOf(std::string_view line) {
    Words words;
    while (true) {
        const std::size_t begin = line.find_first_not_of(kBlanks);
        if (begin == std::string_view::npos) {
            return words;
        }
        line.remove_prefix(begin);
        const std::size_t end = std::min(line.find_first_of(kBlanks), line.size());
        words.push_back(line.substr(0, end));
        line.remove_prefix(end);
    }
}

bool hasForbiddenByte(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto code = static_cast<unsigned char>(c);
        return (code < 0x20 && c != '\t' && c != '\n') || code == 0x7F;
    });
}

}  // namespace

class WitnessPolicy::Reader {
public:
    /// Takes one line. Answers why it is wrong, or nothing.
    std::string take(std::string_view line) {
        const Words words = wordsOf(line);
        if (words.empty() || words.front().front() == '#') {
            return "";
        }
        if (words.front() == "log") {
            return takeLog(words);
        }
        if (words.front() == "witness") {
            return takeWitness(words);
        }
        if (words.front() == "group") {
            return takeGroup(words);
        }
        if (words.front() == "quorum") {
            return takeQuorum(words);
        }
        return "it begins with none of log, witness, group, quorum";
    }
    [[nodiscard]] bool hasQuorum() const { return hasQuorum_; }
    WitnessPolicy& policy() { return policy_; }

private:
    static std::string addKey(std::string_view text,
                              NoteKeyType type,
                              std::vector<VerifierKey>& keys) {
        const auto key = parseVerifierKey(text);
        if (!key) {
            return key.error().message;
        }
        if (key->type != type) {
            return "a key of another signature type than such a line takes";
        }
        if (keys.size() == kPolicyNames) {
            return "too many lines of this sort";
        }
        const auto same = [&key](const VerifierKey& other) {
            return other.publicKey == key->publicKey;
        };
        if (std::any_of(keys.begin(), keys.end(), same)) {
            return "this key stands there already";
        }
        keys.push_back(*key);
        return "";
    }

    std::string takeLog(const Words& words) {
        if (words.size() != 2 && words.size() != 3) {
            return "it must be: log VKEY [URL]";
        }
        return addKey(words[1], NoteKeyType::Ed25519, policy_.logs_);
    }

    std::string define(std::string_view name, Member member) {
        if (name == "none") {
            return "'none' cannot be a name";
        }
        if (!names_.emplace(name, policy_.members_.size()).second) {
            return "this name is taken";
        }
        policy_.members_.push_back(std::move(member));
        return "";
    }

    std::string takeWitness(const Words& words) {
        if (words.size() != 3 && words.size() != 4) {
            return "it must be: witness NAME VKEY [URL]";
        }
        Member member;
        member.witness = policy_.witnesses_.size();
        std::string wrong = addKey(words[2], NoteKeyType::CosignatureV1, policy_.witnesses_);
        return wrong.empty() ? define(words[1], std::move(member)) : wrong;
    }

    std::string takeGroup(const Words& words) {
        if (words.size() < 4) {
            return "it must be: group NAME all|any|K NAME...";
        }
        if (++groups_ > kPolicyNames) {
            return "too many lines of this sort";
        }
        Member group;
        const std::size_t count = words.size() - 3;
        const auto number = core::parseUnsigned(words[2]);
        if (words[2] == "all") {
            group.least = count;
        } else if (words[2] == "any") {
            group.least = 1;
        } else if (number && fmt::to_string(*number) == words[2] && *number >= 1 &&
                   *number <= count) {
            group.least = static_cast<std::size_t>(*number);
        } else {
            return "the threshold must be all, any, or from 1 to the number of members";
        }
        for (std::size_t i = 3; i < words.size(); ++i) {
            const auto found = names_.find(std::string(words[i]));
            if (found == names_.end()) {
                return "a member is not defined on a line before";
            }
            Member& member = policy_.members_[found->second];
            if (member.used) {
                return "a member is in a group already";
            }
            member.used = true;
            group.members.push_back(found->second);
        }
        return define(words[1], std::move(group));
    }

    std::string takeQuorum(const Words& words) {
        if (words.size() != 2) {
            return "it must be: quorum NAME";
        }
        if (hasQuorum_) {
            return "there is a quorum already";
        }
        hasQuorum_ = true;
        if (words[1] == "none") {
            return "";
        }
        const auto found = names_.find(std::string(words[1]));
        if (found == names_.end()) {
            return "the quorum is not defined on a line before";
        }
        policy_.quorum_ = found->second;
        return "";
    }

    WitnessPolicy policy_;
    std::map<std::string, std::size_t> names_;
    std::size_t groups_ = 0;
    bool hasQuorum_ = false;
};

Result<WitnessPolicy> WitnessPolicy::parse(std::string_view text) {
    const auto refused = [](std::string_view why) {
        return core::fail(core::ErrorKind::InvalidArgument,
                          fmt::format("read witness policy: {}", why));
    };
    if (text.size() > kPolicyBytes) {
        return refused("longer than 64 KiB");
    }
    if (hasForbiddenByte(text)) {
        return refused("a control character");
    }
    Reader reader;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) {
            return refused(fmt::format("line {}: it does not end with a newline", number));
        }
        if (const std::string wrong = reader.take(text.substr(0, end)); !wrong.empty()) {
            return refused(fmt::format("line {}: {}", number, wrong));
        }
        text.remove_prefix(end + 1);
    }
    if (!reader.hasQuorum()) {
        return refused("no quorum line");
    }
    return std::move(reader.policy());
}

bool WitnessPolicy::isWitnessed(const Note& note) const {
    const bool logged =
        logs_.empty() || std::any_of(logs_.begin(), logs_.end(), [&note](const VerifierKey& log) {
            return verifySignature(note, log.name, log.publicKey);
        });
    if (quorum_ == kNone || !logged) {
        return false;
    }
    // Members stand before the groups that name them.
    std::vector<bool> saw(members_.size());
    for (std::size_t i = 0; i <= quorum_; ++i) {
        const Member& member = members_[i];
        if (member.members.empty()) {
            const VerifierKey& key = witnesses_[member.witness];
            saw[i] = verifyCosignature(note, key.name, key.publicKey).has_value();
            continue;
        }
        const auto count = std::count_if(member.members.begin(),
                                         member.members.end(),
                                         [&saw](std::size_t index) { return saw[index]; });
        saw[i] = static_cast<std::size_t>(count) >= member.least;
    }
    return saw[quorum_];
}

}  // namespace liuhen::tlog
