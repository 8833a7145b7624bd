// SPDX-License-Identifier: Apache-2.0
// Reading of an agency's folder of witnesses.
#include "common/evidence/witnesses.hpp"

#include <algorithm>

namespace liuhen::evidence {

namespace {

constexpr std::uint64_t kMaxKeyBytes = std::uint64_t{1} << 20U;

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
            std::string_view line = core::textOf(text);
            line = line.substr(0, line.find('\n'));
            auto key = tlog::parseVerifierKey(line);
            if (!key) {
                return core::failWith(key.error(), "read " + path);
            }
            if (key->type == tlog::NoteKeyType::CosignatureV1) {
                witnesses.keys_.push_back(*std::move(key));
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
