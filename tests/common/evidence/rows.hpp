// SPDX-License-Identifier: Apache-2.0
// Tables of small ledgers: each row makes one and says what the check must answer.
#pragma once

#include "tests/common/evidence/sample_ledger.hpp"

#include <vector>

#include <doctest/doctest.h>

namespace liuhen::evidence::test {

struct Row {
    const char* name = "";
    /// Makes the ledger and answers what is to be told of it.
    std::string (*make)(SampleLedger&) = nullptr;
    bool recorder = true;
};

/// A ledger that has begun: genesis and boot.
inline void begin(SampleLedger& ledger) {
    ledger.genesis();
    ledger.boot(false);
}

inline void checkRows(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        CAPTURE(row.name);
        SUBCASE(row.name) {
            SampleLedger ledger;
            const std::string expected = row.make(ledger);
            const Report report = ledger.check(row.recorder);
            const Problem* first = report.firstBad();
            const std::string why = first == nullptr ? "" : first->text;
            CAPTURE(why);
            CHECK(textOf(report) == expected);
        }
    }
}

}  // namespace liuhen::evidence::test
