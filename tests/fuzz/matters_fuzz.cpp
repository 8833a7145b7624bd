// SPDX-License-Identifier: Apache-2.0
// Any file as a list of matters: CSV, headings, rows.
#include "common/core/utf8.hpp"
#include "dock/register/csv.hpp"
#include "dock/register/matters_csv.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace liuhen;
    const core::ByteView bytes(data, size);
    const registry::MattersFile file = registry::readMatters(bytes);
    if (file.rows.empty() == file.problems.empty()) {
        std::abort();  // rows, or what is wrong; never both, never neither
    }
    for (const registry::CsvProblem& problem : file.problems) {
        if (!core::isUtf8(core::viewOf(problem.sentence()))) {
            std::abort();
        }
    }
    // What was read is written and read back the same, unless it looks like a formula.
    if (const auto records = registry::parseCsv(bytes)) {
        for (const registry::CsvRecord& record : *records) {
            const std::string line = registry::csvLine(record.fields);
            if (line.find('\'') != std::string::npos) {
                continue;
            }
            const auto again = registry::parseCsv(core::viewOf(line));
            if (!again || again->size() != 1 || again->front().fields != record.fields) {
                std::abort();
            }
        }
    }
    return 0;
}
