// SPDX-License-Identifier: Apache-2.0
// Asking the catalogue, and the words for what it says.
#include "dock/register/unreceipted.hpp"

#include "common/core/local_time.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::registry {

namespace {

constexpr std::size_t kBatch = 1000;

/// Segments of a generation that the entries tell of and that are not stored.
Result<std::uint64_t> countMissing(catalogue::Catalogue& catalogue,
                                   const std::string& device,
                                   std::uint64_t generation) {
    std::uint64_t count = 0;
    std::optional<std::pair<std::uint64_t, std::uint64_t>> after;
    for (;;) {
        LIUHEN_TRY(const auto rows,
                   catalogue.segmentsWithoutObject(device, generation, kBatch, after));
        count += rows.size();
        if (rows.size() < kBatch) {
            return count;
        }
        after = {rows.back().recording, rows.back().segment};
    }
}

}  // namespace

Result<std::vector<Unreceipted>> unreceipted(catalogue::Catalogue& catalogue,
                                             const std::string& device) {
    std::vector<Unreceipted> ranges;
    LIUHEN_TRY(const auto generations, catalogue.generations());
    for (const auto& [name, generation] : generations) {
        if (name != device) {
            continue;
        }
        LIUHEN_TRY(const auto end, catalogue.lastChapter(device, generation));
        if (!end) {
            continue;
        }
        Unreceipted range;
        range.generation = generation;
        range.after = end->seq;
        range.sinceUs = end->toUs;
        LIUHEN_TRY(range.segments, countMissing(catalogue, device, generation));
        ranges.push_back(range);
    }
    return ranges;
}

std::vector<std::string> unreceiptedZh(const Loss& loss) {
    std::vector<std::string> sentences;
    if (!loss.known) {
        sentences.emplace_back(
            "采集站目录无法读取，未取得入库回执的范围不明；目录恢复后请重新核对。");
        return sentences;
    }
    if (loss.unreceipted.empty()) {
        sentences.emplace_back("该设备从未采集，其全部音像记录均未取得入库回执。");
        return sentences;
    }
    const auto newest = std::max_element(
        loss.unreceipted.begin(), loss.unreceipted.end(), [](const auto& a, const auto& b) {
            return a.generation < b.generation;
        });
    for (const Unreceipted& range : loss.unreceipted) {
        std::string sentence;
        if (&range == &*newest) {
            sentence =
                fmt::format("第 {} 代第 {} 条（{} 最后一次采集）之后的全部音像记录未取得入库回执",
                            range.generation,
                            range.after,
                            core::localMinute(core::Microseconds(range.sinceUs)));
        }
        if (range.segments > 0) {
            sentence += sentence.empty() ? fmt::format("第 {} 代", range.generation) : "；";
            sentence += fmt::format("此前已登记的音像记录中有 {} 段没有入库", range.segments);
        }
        if (!sentence.empty()) {
            sentences.push_back(sentence + "。");
        }
    }
    return sentences;
}

}  // namespace liuhen::registry
