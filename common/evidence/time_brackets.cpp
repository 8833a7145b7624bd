// SPDX-License-Identifier: Apache-2.0
// Brackets from the messages that verify.
#include "common/evidence/time_brackets.hpp"

#include "common/core/clock.hpp"
#include "common/evidence/messages.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

/// A dock's time, and where in the ledger it bounds.
struct Word {
    std::uint64_t generation = 0;
    std::uint64_t noLater = 0;    // seq of the docking
    std::uint64_t noEarlier = 0;  // seq of the clock entry
    std::int64_t utcUs = 0;
};

std::vector<Word> wordsIn(const LedgerFacts& facts,
                          const std::string& device,
                          const crypto::Certificate& root) {
    std::vector<Word> words;
    const TimeRecord* docking = nullptr;
    for (const TimeRecord& record : facts.times) {
        if (record.message.empty()) {
            docking = &record;
            continue;
        }
        const auto message = ClockMessage::verify(record.message, root);
        // The dock speaks of the docking just made; an older one would bound less, not wrongly.
        const bool fits = message && message->device == device && docking != nullptr &&
                          message->docking == docking->entry.hash &&
                          docking->entry.generation == record.entry.generation;
        if (fits) {
            words.push_back(
                {record.entry.generation, docking->entry.seq, record.entry.seq, message->utcUs});
        }
    }
    return words;
}

std::string timeOf(const Word& word) {
    return core::formatUtc(core::Microseconds(word.utcUs));
}

}  // namespace

std::vector<Finding> timeBrackets(const LedgerFacts& facts,
                                  const std::string& device,
                                  const crypto::Certificate& root) {
    std::vector<Finding> findings;
    const std::vector<Word> words = wordsIn(facts, device, root);
    const auto find = [&findings](std::uint64_t generation, std::uint64_t seq, std::string text) {
        findings.push_back(
            {"time", Place{generation, seq, std::nullopt, std::nullopt}, std::move(text)});
    };
    for (std::size_t i = 0; i < words.size(); ++i) {
        const Word& word = words[i];
        const Word* const before =
            i > 0 && words[i - 1].generation == word.generation ? &words[i - 1] : nullptr;
        if (before == nullptr) {
            find(word.generation,
                 0,
                 fmt::format("entries up to {} were made before {}, by a dock's clock",
                             word.noLater,
                             timeOf(word)));
        } else {
            find(word.generation,
                 before->noEarlier,
                 fmt::format("entries {} to {} were made between {} and {}, by the clocks of docks",
                             before->noEarlier,
                             word.noLater,
                             timeOf(*before),
                             timeOf(word)));
        }
        if (i + 1 == words.size() || words[i + 1].generation != word.generation) {
            find(word.generation,
                 word.noEarlier,
                 fmt::format("entries from {} on were made after {}, by a dock's clock",
                             word.noEarlier,
                             timeOf(word)));
        }
    }
    return findings;
}

}  // namespace liuhen::evidence
