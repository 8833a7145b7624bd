// SPDX-License-Identifier: Apache-2.0
// Reading of an agency's folder of witnesses.
#include "common/evidence/witnesses.hpp"

#include <algorithm>

namespace liuhen::evidence {

namespace {

/// More than any key that can stand in a note.
constexpr std::uint64_t kMaxKeyBytes = 65'536;

/// A verifier key and a newline, and nothing else.
core::Result<tlog::VerifierKey> keyFrom(std::string_view text, const std::string& path) {
    if (!text.ends_with('\n')) {
        return core::fail(
            core::ErrorKind::InvalidArgument,
            "read " + path + ": a verifier key and a newline are due; copy the witness's file");
    }
    text.remove_suffix(1);
    auto key = tlog::parseVerifierKey(text);
    return key ? key : core::Result<tlog::VerifierKey>(core::failWith(key.error(), "read " + path));
}

}  // namespace

core::Result<Witnesses> Witnesses::open(core::Files& files, const std::string& folder) {
    Witnesses witnesses;
    if (!files.exists(folder)) {
        return witnesses;
    }
    LIUHEN_TRY(const auto items, files.list(folder));
    for (const core::FolderItem& item : items) {
        const std::string path = core::joinPath(folder, item.name);
        if (item.name.ends_with(".vkey")) {
            LIUHEN_TRY(const core::Buffer text, core::readFile(files, path, kMaxKeyBytes));
            LIUHEN_TRY(auto key, keyFrom(core::textOf(text), path));
            if (key.type == tlog::NoteKeyType::CosignatureV1) {
                witnesses.keys_.push_back(std::move(key));
            }
        } else if (item.name == "policy") {
            LIUHEN_TRY(const core::Buffer text, core::readFile(files, path, tlog::kPolicyBytes));
            auto policy = tlog::WitnessPolicy::parse(core::textOf(text));
            if (!policy) {
                return core::failWith(policy.error(), "read " + path);
            }
            witnesses.policy_ = *std::move(policy);
        }
    }
    if (witnesses.policy_) {
        const auto& named = witnesses.policy_->witnesses();
        witnesses.keys_.insert(witnesses.keys_.end(), named.begin(), named.end());
    }
    return witnesses;
}

bool Witnesses::isWitnessed(const tlog::Note& note) const {
    if (policy_) {
        return policy_->isWitnessed(note);
    }
    return std::any_of(keys_.begin(), keys_.end(), [&note](const tlog::VerifierKey& key) {
        return tlog::verifyCosignature(note, key.name, key.publicKey).has_value();
    });
}

}  // namespace liuhen::evidence
