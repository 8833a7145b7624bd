// SPDX-License-Identifier: Apache-2.0
// A search's query, put together.
#include "dock/catalogue/queries.hpp"

#include <fmt/format.h>

namespace liuhen::catalogue {

std::string searchSql(const SearchShape& shape) {
    const char* const device = shape.ofDevice ? "and device = ? " : "";
    const auto after = [&shape](const char* seq) {
        return shape.after
                   ? fmt::format("and (start_us, device, generation, {}) < (?, ?, ?, ?) ", seq)
                   : std::string();
    };
    if (!shape.ofVerdict) {
        return fmt::format(
            "select device, generation, start, manner, trigger, start_us, end_us, end_reason "
            "from recording where start_us >= ? and start_us < ? {}{}"
            "order by start_us desc, device desc, generation desc, start desc limit ?",
            device,
            after("start"));
    }
    return fmt::format(
        "select r.device, r.generation, r.start, r.manner, r.trigger, r.start_us, r.end_us, "
        "r.end_reason from (select distinct start_us, device, generation, recording from "
        "not_intact where start_us >= ? and start_us < ? {}and verdict = ? {}"
        "order by start_us desc, device desc, generation desc, recording desc limit ?) as found "
        "cross join recording as r on r.device = found.device and "
        "r.generation = found.generation and r.start = found.recording "
        "order by found.start_us desc, found.device desc, found.generation desc, "
        "found.recording desc",
        device,
        after("recording"));
}

}  // namespace liuhen::catalogue
